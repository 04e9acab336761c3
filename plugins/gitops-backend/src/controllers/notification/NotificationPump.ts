import { LoggerService } from '@backstage/backend-plugin-api';
import { pause } from '../../util/pause';
import { EventDispatcher } from './EventDispatcher';
import { EventOutbox } from './events/EventOutbox';
import { laneText, NotificationSender } from './NotificationSender';
import { LanePauses } from './outbox/LanePauses';
import { NotificationStore } from './outbox/NotificationStore';

/** How many one Provider is sent at a time by this process. */
const PER_LANE = 4;
/** And how many in all. */
const IN_ALL = 32;
const PROLONG_MS = 10_000;

/** What {@link NotificationPump} is made of. */
export interface NotificationPumpOptions {
  outbox: EventOutbox;
  dispatcher: EventDispatcher;
  notifications: NotificationStore;
  sender: NotificationSender;
  pauses: LanePauses;
  logger: LoggerService;
  /** How often is looked for what other replicas added. */
  pollMs: number;
}

/**
 * Passes events on and sends notifications, beside the reconcilers: none of them
 * waits for it, and a Provider that hangs holds up only its own.
 */
export class NotificationPump {
  private readonly options: NotificationPumpOptions;
  private readonly stopping = new AbortController();
  private readonly sending = new Map<string, Set<Promise<void>>>();
  private running: Promise<void> = Promise.resolve();
  private prolonging: NodeJS.Timeout | undefined;
  private waking: AbortController | undefined;
  private isWoken = false;

  constructor(options: NotificationPumpOptions) {
    this.options = options;
  }

  start(): void {
    const { outbox, notifications, logger } = this.options;
    const unlisten = outbox.onAdded(() => this.wake());
    this.prolonging = setInterval(() => {
      if (this.sending.size > 0) {
        notifications.prolong().catch(error => {
          logger.warn(`Claims of notifications were not prolonged: ${error}`);
        });
      }
    }, PROLONG_MS);
    this.prolonging.unref();
    this.running = this.run().finally(unlisten);
  }

  /** There may be something to do. */
  wake(): void {
    this.isWoken = true;
    this.waking?.abort();
  }

  /** Ends what is under way; it stays in the database. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.prolonging);
    await this.running;
    await Promise.all([...this.sending.values()].flatMap(each => [...each]));
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.isWoken = false;
      try {
        await this.options.dispatcher.dispatch();
        await this.sendDue();
      } catch (error) {
        this.options.logger.warn(
          `Notifications could not be looked at: ${error}`,
        );
      }
      if (!this.isWoken && !signal.aborted) {
        this.waking = new AbortController();
        await pause(
          this.options.pollMs,
          AbortSignal.any([signal, this.waking.signal]),
        );
      }
    }
  }

  private async sendDue(): Promise<void> {
    const { notifications, dispatcher, pauses, sender } = this.options;
    const homes = dispatcher.homes.map(({ name }) => name);
    if (homes.length === 0) {
      return;
    }
    for (const lane of await notifications.lanes(homes)) {
      const key = laneText(lane);
      const under = this.sending.get(key) ?? new Set();
      const most = pauses.isProbing(key) ? 1 : PER_LANE;
      const free = Math.min(most - under.size, IN_ALL - this.inAll);
      if (pauses.isPaused(key) || free <= 0 || this.stopping.signal.aborted) {
        continue;
      }
      for (const claimed of await notifications.claim(lane, free)) {
        const work = sender
          .send(claimed, this.stopping.signal)
          .catch(error => {
            this.options.logger.warn(
              `What became of a notification could not be written: ${error}`,
            );
          })
          .finally(() => {
            under.delete(work);
            if (under.size === 0) {
              this.sending.delete(key);
            }
            // There may be more of them.
            this.wake();
          });
        under.add(work);
        this.sending.set(key, under);
      }
    }
  }

  private get inAll(): number {
    return [...this.sending.values()].reduce((sum, { size }) => sum + size, 0);
  }
}
