import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import { systemClock, type Clock } from '../client/Clock';
import { ObjectView } from './ObjectView';

/** @public */
export interface ObjectViewsOptions {
  /** Asked so often within `demandMs`, a view is worth a watch. Default 6. */
  demand?: number;
  /** Default 10 s. */
  demandMs?: number;
  /** A view that nobody asks for any more ends. Default 60 s. */
  lingerMs?: number;
  /** A namespace that has more objects of a kind is not viewed. Default 2,000. */
  maxItems?: number;
  /** Before a view is tried again that was refused. Default 10 min. */
  retryMs?: number;
  clock?: Clock;
}

/** @public */
export interface ViewRequest {
  /** Whoever asks for the same view has a client of the same user. */
  client: ClusterClient;
  /** Names cluster and user. */
  user: string;
  ref: Pick<ObjectRef, 'apiVersion' | 'kind' | 'namespace'>;
  /** Enough to know what is there. */
  metadataOnly?: boolean;
}

interface Entry {
  /** When it was asked for, oldest first, as long as there is no view. */
  asked: number[];
  view?: ObjectView;
  refusedAt?: number;
  lastAsked: number;
}

/**
 * Views that many share for a while: where deliveries of one user read the same
 * kind in the same namespace one after the other, one watch answers them all.
 * Where few ask, there is no view, and single reads cost less.
 *
 * @public
 */
export class ObjectViews {
  readonly #options: Required<ObjectViewsOptions>;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  #cancelTidying: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ObjectViewsOptions = {}) {
    this.#options = {
      demand: 6,
      demandMs: 10_000,
      lingerMs: 60_000,
      maxItems: 2_000,
      retryMs: 600_000,
      clock: systemClock,
      ...options,
    };
  }

  /** How many watches there are. */
  get size(): number {
    return [...this.#entries.values()].filter(({ view }) => view).length;
  }

  /** The view, where there is one that can be relied on just now. */
  ask(request: ViewRequest): ObjectView | undefined {
    const { namespace, apiVersion, kind } = request.ref;
    if (!namespace || this.#isClosed) return undefined;
    const metadataOnly = request.metadataOnly ?? false;
    const key = JSON.stringify([
      ...[request.user, apiVersion, kind, namespace],
      metadataOnly,
    ]);
    const now = this.#options.clock.now();
    const entry = this.#entries.get(key) ?? { asked: [], lastAsked: now };
    this.#entries.set(key, entry);
    entry.lastAsked = now;
    this.#tidyLater();
    if (entry.view) return entry.view.isLive ? entry.view : undefined;
    if (!this.#isWorthIt(entry, now)) return undefined;
    entry.view = new ObjectView({
      client: request.client,
      ...{ apiVersion, kind, namespace, metadataOnly },
      maxItems: this.#options.maxItems,
      onRefused: () => {
        entry.view = undefined;
        entry.refusedAt = this.#options.clock.now();
      },
    });
    return undefined;
  }

  /** Ends all views; resolves when their watches have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTidying?.();
    for (const key of [...this.#entries.keys()]) this.#drop(key);
    await Promise.all(this.#closing);
  }

  #isWorthIt(entry: Entry, now: number): boolean {
    const { demand, demandMs, retryMs } = this.#options;
    if (entry.refusedAt !== undefined && now < entry.refusedAt + retryMs) {
      return false;
    }
    entry.asked = [...entry.asked, now].filter(at => at > now - demandMs);
    return entry.asked.length >= demand;
  }

  #tidyLater(): void {
    this.#cancelTidying ??= this.#options.clock.setTimer(
      this.#options.lingerMs,
      () => {
        this.#cancelTidying = undefined;
        this.#tidy();
      },
    );
  }

  #tidy(): void {
    const { clock, lingerMs, retryMs } = this.#options;
    const now = clock.now();
    for (const [key, { lastAsked, refusedAt }] of this.#entries) {
      const isRefused = refusedAt !== undefined && now < refusedAt + retryMs;
      if (now >= lastAsked + lingerMs && !isRefused) this.#drop(key);
    }
    if (this.#entries.size > 0) this.#tidyLater();
  }

  #drop(key: string): void {
    const closing = this.#entries.get(key)?.view?.close();
    this.#entries.delete(key);
    if (closing) {
      this.#closing.add(closing);
      void closing.finally(() => this.#closing.delete(closing));
    }
  }
}
