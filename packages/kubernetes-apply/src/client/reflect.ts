import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { backoffMs } from './backoff';
import type {
  ListResult,
  WatchEvent,
  WatchEventType,
  WatchOptions,
} from './ClusterClient';
import { pause, type Clock } from './Clock';

/** An event as the server sends it. */
export type StreamEvent =
  | { type: 'OPENED' }
  | { type: WatchEventType; object: KubernetesObject }
  | { type: 'BOOKMARK'; resourceVersion: string }
  | { type: 'ERROR'; error: KubernetesApiError };

/** Where a watch gets its objects from. */
export interface WatchSource {
  list(signal: AbortSignal): Promise<ListResult<KubernetesObject>>;
  open(
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncIterable<StreamEvent>;
}

type Callbacks = Pick<
  WatchOptions<KubernetesObject>,
  'onSync' | 'onEvent' | 'onError' | 'onOpen' | 'signal'
>;

/** Streams shorter than this, without an event, count as failures. */
const TOO_SHORT_MS = 1_000;

/**
 * Keeps a view of a collection: list, then watch from there, and again
 * whenever the stream cannot go on. Resource versions are opaque: they are
 * compared for equality only, so that a restored backup does no harm.
 */
export class Reflector {
  readonly #source: WatchSource;
  readonly #callbacks: Callbacks;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** What the consumer knows: identity only, to bound memory. */
  readonly #known = new Map<string, KubernetesObject>();
  #synced = false;
  #resourceVersion?: string;
  #failures = 0;

  constructor(options: {
    source: WatchSource;
    callbacks: Callbacks;
    clock: Clock;
    random: () => number;
  }) {
    this.#source = options.source;
    this.#callbacks = options.callbacks;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** Runs until the signal ends it. */
  async run(): Promise<void> {
    const { signal } = this.#callbacks;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#list();
        const since = this.#clock.now();
        const events = await this.#follow();
        if (events === 0 && this.#clock.now() - since < TOO_SHORT_MS) {
          await this.#rest();
        } else {
          this.#failures = 0;
        }
      } catch (error) {
        if (signal.aborted) return;
        await this.#failed(error);
      }
    }
  }

  async #list(): Promise<void> {
    const { items, resourceVersion } = await this.#source.list(
      this.#callbacks.signal,
    );
    if (!this.#synced) {
      for (const item of items) this.#known.set(keyOf(item), identity(item));
      this.#synced = true;
      await this.#call(() => this.#callbacks.onSync(items));
    } else {
      await this.#emitDifference(items);
    }
    this.#resourceVersion = resourceVersion;
  }

  async #emitDifference(items: KubernetesObject[]): Promise<void> {
    const present = new Set(items.map(keyOf));
    for (const [key, object] of [...this.#known]) {
      if (!present.has(key)) await this.#emit({ type: 'DELETED', object });
    }
    for (const object of items) {
      // #emit leaves out what is known in this very version.
      await this.#emit({ type: 'MODIFIED', object });
    }
  }

  /** Reads one stream to its end; gives the number of its events. */
  async #follow(): Promise<number> {
    let count = 0;
    const stream = this.#source.open(
      this.#resourceVersion ?? '',
      this.#callbacks.signal,
    );
    for await (const event of stream) {
      if (this.#callbacks.signal.aborted) break;
      if (event.type === 'ERROR') throw event.error;
      if (event.type === 'OPENED') {
        await this.#call(() => this.#callbacks.onOpen?.());
        continue;
      }
      count += 1;
      this.#failures = 0;
      if (event.type === 'BOOKMARK') {
        this.#resourceVersion = event.resourceVersion || this.#resourceVersion;
        continue;
      }
      await this.#emit(event);
      this.#resourceVersion =
        event.object.metadata.resourceVersion ?? this.#resourceVersion;
    }
    return count;
  }

  /** Tells the consumer what changed for it, whatever the server called it. */
  async #emit(event: WatchEvent<KubernetesObject>): Promise<void> {
    const { object } = event;
    const key = keyOf(object);
    const known = this.#known.get(key);
    if (event.type === 'DELETED') {
      if (!known) return;
      this.#known.delete(key);
      await this.#call(() => this.#callbacks.onEvent(event));
      return;
    }
    const before = known?.metadata;
    if (
      before &&
      before.uid === object.metadata.uid &&
      before.resourceVersion !== undefined &&
      before.resourceVersion === object.metadata.resourceVersion
    ) {
      return;
    }
    if (known && before?.uid !== object.metadata.uid) {
      // Deleted and made anew while nobody looked.
      await this.#call(() =>
        this.#callbacks.onEvent({ type: 'DELETED', object: known }),
      );
    }
    const isNew = !known || before?.uid !== object.metadata.uid;
    this.#known.set(key, identity(object));
    await this.#call(() =>
      this.#callbacks.onEvent({ type: isNew ? 'ADDED' : 'MODIFIED', object }),
    );
  }

  async #failed(error: unknown): Promise<void> {
    // Any refusal of the version means it is of no use; a broken connection
    // means nothing about it.
    if (error instanceof KubernetesApiError) this.#resourceVersion = undefined;
    const expired =
      error instanceof KubernetesApiError &&
      (error.code === 'gone' || error.reason === 'Expired');
    if (expired && this.#failures === 0) {
      this.#failures += 1;
      return;
    }
    this.#report(error);
    await this.#rest(
      error instanceof KubernetesApiError ? error.retryAfterMs : undefined,
    );
  }

  async #rest(atLeastMs = 0): Promise<void> {
    const ms = backoffMs({
      attempt: this.#failures,
      baseMs: 500,
      capMs: 30_000,
      random: this.#random,
    });
    this.#failures += 1;
    await pause(
      this.#clock,
      Math.max(ms, Math.min(atLeastMs, 60_000)),
      this.#callbacks.signal,
    ).catch(() => undefined);
  }

  /** A consumer's failure is reported and never ends the watch. */
  async #call(callback: () => void | Promise<void>): Promise<void> {
    try {
      await callback();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    try {
      this.#callbacks.onError(
        error instanceof Error ? error : new Error(String(error)),
      );
    } catch {
      // Whoever fails at hearing of failures cannot be told.
    }
  }
}

function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function identity(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, metadata };
}
