import { LoggerService } from '@backstage/backend-plugin-api';
import { mapConcurrent } from '../../util/mapConcurrent';
import { pause } from '../../util/pause';
import { EventDispatcher } from './EventDispatcher';
import { EventOutbox } from './events/EventOutbox';
import { laneText, NotificationSender } from './NotificationSender';
import { LanePauses } from './outbox/LanePauses';
import { Lane, NotificationStore } from './outbox/NotificationStore';

/** How many one Provider is sent at a time by this process. */
const PER_LANE = 4;
/** How many are claimed for that at once. */
const CLAIMED = 40;
/** To how many Providers is sent at a time. */
const LANES = 32;
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
  /** By Provider: what is under way for it. */
  private readonly sending = new Map<string, Promise<void>>();
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
    await Promise.all(this.sending.values());
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
    const { notifications, dispatcher, pauses, logger } = this.options;
    const homes = dispatcher.homes.map(({ name }) => name);
    if (homes.length === 0) {
      return;
    }
    for (const lane of await notifications.lanes(homes)) {
      const key = laneText(lane);
      if (
        this.sending.has(key) ||
        this.sending.size >= LANES ||
        pauses.isPaused(key)
      ) {
        continue;
      }
      const work = this.drain(lane)
        .catch(error => {
          logger.warn(
            `What became of notifications by ${key} could not be written: ${error}`,
          );
        })
        .finally(() => {
          this.sending.delete(key);
          // Something may have come since it was looked last.
          this.wake();
        });
      this.sending.set(key, work);
    }
  }

  /** Sends what is due by one Provider, until it fails or nothing is left. */
  private async drain(lane: Lane): Promise<void> {
    const { notifications, pauses, sender } = this.options;
    const { signal } = this.stopping;
    const key = laneText(lane);
    while (!signal.aborted && !pauses.isPaused(key)) {
      const limit = pauses.isProbing(key) ? 1 : CLAIMED;
      const claimed = await notifications.claim(lane, limit);
      if (claimed.length === 0) {
        return;
      }
      await mapConcurrent(claimed, PER_LANE, async each => {
        // It failed meanwhile: the others are not tried on it one by one.
        if (signal.aborted || pauses.isPaused(key)) {
          await notifications.release(each.id);
        } else {
          await sender.send(each, signal);
        }
      });
    }
  }
}
