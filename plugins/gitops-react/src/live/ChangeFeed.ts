import type {
  GitopsApi,
  GitopsTick,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { GITOPS_SIGNALS_CHANNEL } from '@backstage-gitops/plugin-gitops-common';
import type {
  SignalApi,
  SignalSubscriber,
} from '@backstage/plugin-signals-react';
import { asError, isPassing } from './errors';
import {
  browserClock,
  LiveClock,
  MIN_GAP_MS,
  POLL_INTERVAL_MS,
  SIGNAL_TRUST_MS,
  UNHEARD_POLL_INTERVAL_MS,
} from './timing';

/** Which objects changed; `all` where nobody can tell. */
export type Change = { all: true } | { all: false; keys: readonly ObjectKey[] };

/**
 * How fresh what is shown can be. `starting`: nothing was asked yet;
 * `live`: signals tell of changes at once; `polling`: they are found by asking
 * every two seconds; `offline`: the last question had no answer.
 *
 * @public
 */
export type FeedConnection = 'starting' | 'live' | 'polling' | 'offline';

/** @public */
export interface FeedState {
  connection: FeedConnection;
  /** Milliseconds since the epoch, of the last answer. */
  lastAnswerAt?: number;
  /** Why it is offline. */
  error?: Error;
}

/** What {@link ChangeFeed} needs of a document. */
export interface FeedPage {
  readonly visibilityState: DocumentVisibilityState;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

export interface ChangeFeedOptions {
  api: Pick<GitopsApi, 'getChanges'>;
  signals?: SignalApi;
  clock?: LiveClock;
  page?: FeedPage;
  minGapMs?: number;
  pollIntervalMs?: number;
  unheardPollIntervalMs?: number;
}

/**
 * Learns which objects changed, once for everything on the screen: asks for
 * the changes since its cursor when a signal says that there are some, and at
 * an interval in any case: often while no signal arrives, seldom else. Asks nothing while nobody listens, before the
 * first cursor is known, while the page is hidden, and after a refusal.
 */
export class ChangeFeed {
  private readonly api: Pick<GitopsApi, 'getChanges'>;
  private readonly signals: SignalApi | undefined;
  private readonly clock: LiveClock;
  private readonly page: FeedPage | undefined;
  private readonly minGapMs: number;
  private readonly pollIntervalMs: number;
  private readonly unheardPollIntervalMs: number;

  private readonly listeners = new Set<(change: Change) => void>();
  private readonly stateListeners = new Set<() => void>();
  private state: FeedState = { connection: 'starting' };
  private cursor: string | undefined;
  private subscription: SignalSubscriber | undefined;
  private timer: number | undefined;
  private timerAt = Infinity;
  private request: AbortController | undefined;
  private lastAskedAt = -Infinity;
  private askAgain = false;
  private refused = false;
  private heardAt = -Infinity;

  constructor(options: ChangeFeedOptions) {
    this.api = options.api;
    this.signals = options.signals;
    this.clock = options.clock ?? browserClock;
    this.page =
      options.page ?? (typeof document === 'undefined' ? undefined : document);
    this.minGapMs = options.minGapMs ?? MIN_GAP_MS;
    this.pollIntervalMs = options.pollIntervalMs ?? POLL_INTERVAL_MS;
    this.unheardPollIntervalMs =
      options.unheardPollIntervalMs ?? UNHEARD_POLL_INTERVAL_MS;
  }

  /** Calls the listener with every change, until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.start();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  }

  readonly getState = (): FeedState => this.state;

  readonly subscribeState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => {
      this.stateListeners.delete(listener);
    };
  };

  /**
   * Where to start from: the cursor of data that was just read. The first one
   * counts; later data is newer than what the feed tells, which does no harm.
   * After a refusal it starts anew.
   */
  startFrom(cursor: string): void {
    if (this.cursor === undefined || this.refused) this.cursor = cursor;
    this.refused = false;
    const { connection } = this.state;
    if (connection === 'starting' || connection === 'offline') this.answered();
    if (this.timer === undefined) this.askIn(this.interval());
  }

  /** Tells the listeners of a change made here, before the backend does. */
  announce(keys: readonly ObjectKey[]): void {
    this.tell({ all: false, keys });
  }

  private start(): void {
    this.subscription = this.signals?.subscribe<GitopsTick>(
      GITOPS_SIGNALS_CHANNEL,
      tick => {
        this.heardAt = this.clock.now();
        if (tick.type !== 'alive') this.askSoon();
        else if (this.state.connection === 'polling') this.answered();
      },
    );
    this.page?.addEventListener('visibilitychange', this.onVisibility);
    // What happened while nobody listened is asked for at once.
    if (this.cursor !== undefined) this.askSoon();
  }

  private stop(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
    this.page?.removeEventListener('visibilitychange', this.onVisibility);
    this.clearTimer();
    this.request?.abort();
    this.request = undefined;
  }

  private readonly onVisibility = () => {
    if (this.isVisible()) this.askSoon();
  };

  private isVisible(): boolean {
    return this.page?.visibilityState !== 'hidden';
  }

  private askSoon(): void {
    if (this.cursor === undefined || this.refused) return;
    if (this.request) {
      this.askAgain = true;
      return;
    }
    const wait = this.lastAskedAt + this.minGapMs - this.clock.now();
    this.askIn(Math.max(wait, 0));
  }

  private askIn(ms: number): void {
    if (this.listeners.size === 0 || this.refused) return;
    const at = this.clock.now() + ms;
    if (at >= this.timerAt) return;
    this.clearTimer();
    this.timerAt = at;
    this.timer = this.clock.setTimeout(() => {
      this.clearTimer();
      // A hidden page asks again when it is seen.
      if (this.isVisible()) this.ask();
    }, ms);
  }

  private clearTimer(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.timerAt = Infinity;
  }

  private async ask(): Promise<void> {
    const request = new AbortController();
    this.request = request;
    this.askAgain = false;
    this.lastAskedAt = this.clock.now();
    try {
      const changes = await this.api.getChanges(
        { since: this.cursor },
        { signal: request.signal },
      );
      if (request.signal.aborted) return;
      this.cursor = changes.cursor;
      this.answered();
      if (changes.reset) this.tell({ all: true });
      else if (changes.keys.length > 0) {
        this.tell({ all: false, keys: changes.keys });
      }
    } catch (thrown) {
      if (request.signal.aborted) return;
      const error = asError(thrown);
      this.refused = !isPassing(error);
      this.setState({ ...this.state, connection: 'offline', error });
    }
    this.request = undefined;
    if (this.askAgain) this.askSoon();
    this.askIn(this.interval());
  }

  private answered(): void {
    this.setState({
      connection: this.hearsSignals() ? 'live' : 'polling',
      lastAnswerAt: this.clock.now(),
    });
  }

  /** A connection of signals may stand and carry nothing; only ticks prove it. */
  private hearsSignals(): boolean {
    return this.clock.now() - this.heardAt < SIGNAL_TRUST_MS;
  }

  private interval(): number {
    return this.hearsSignals()
      ? this.pollIntervalMs
      : this.unheardPollIntervalMs;
  }

  private tell(change: Change): void {
    [...this.listeners].forEach(listener => listener(change));
  }

  private setState(state: FeedState): void {
    this.state = state;
    [...this.stateListeners].forEach(listener => listener());
  }
}
