import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient } from '../client/ClusterClient';
import { pause, type Clock } from '../client/Clock';
import { UnknownKindError } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { isForeignChange, traceOf, type Trace } from './trace';

/** A kind that is watched; of several versions of it, one will do. */
export interface WatchedKind {
  apiVersion: string;
  kind: string;
}

export interface KindWatchOptions {
  client: ClusterClient;
  kind: WatchedKind;
  labelSelector: string;
  clock: Clock;
  /** Between attempts where the kind cannot be watched. */
  retryMs: number;
  /** Whose an object is; `undefined` where it is nobody's. */
  ownerOf(object: KubernetesObject): string | undefined;
  isOurs(manager: string): boolean;
  onForeign(
    owner: string,
    object: KubernetesObject,
    change: 'changed' | 'deleted',
  ): void;
  onUnwatched(error: Error): void;
  onError(error: Error): void;
}

/** One kind in one cluster: a watch of metadata, and what it has seen. */
export class KindWatch {
  readonly #options: KindWatchOptions;
  readonly #ended = new AbortController();
  readonly #traces = new Map<string, Trace>();
  readonly #done: Promise<void>;
  /** Once it knows all objects, or knows that it cannot. */
  readonly synced: Promise<void>;
  #resolveSynced: () => void = () => undefined;
  #isTold = false;

  constructor(options: KindWatchOptions) {
    this.#options = options;
    this.synced = new Promise(resolve => {
      this.#resolveSynced = resolve;
    });
    this.#done = this.#run();
  }

  get size(): number {
    return this.#traces.size;
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#done;
    this.#resolveSynced();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    const { clock, retryMs } = this.#options;
    while (!signal.aborted) {
      const refusal = await this.#watch();
      if (signal.aborted || !refusal) return;
      // Once is enough: the owners' intervals go on as ever.
      if (!this.#isTold) this.#options.onUnwatched(refusal);
      this.#isTold = true;
      this.#resolveSynced();
      this.#traces.clear();
      await pause(clock, retryMs, signal).catch(() => undefined);
    }
  }

  /** Gives the error for which it makes no sense to go on for now. */
  async #watch(): Promise<Error | undefined> {
    const { client, kind, labelSelector } = this.#options;
    const given = new AbortController();
    const signal = AbortSignal.any([this.#ended.signal, given.signal]);
    let refusal: Error | undefined;
    await client.watch({
      ...kind,
      labelSelector,
      metadataOnly: true,
      signal,
      onSync: items => {
        for (const item of items) this.#remember(item);
        this.#resolveSynced();
      },
      onEvent: ({ type, object }) =>
        type === 'DELETED' ? this.#deleted(object) : this.#seen(object),
      onError: error => {
        if (isRefusal(error)) {
          refusal = error;
          given.abort();
        } else {
          this.#options.onError(error);
        }
      },
    });
    return refusal;
  }

  #seen(object: KubernetesObject): void {
    const before = this.#traces.get(keyOf(object));
    const now = this.#remember(object);
    if (before && before.uid === now?.uid && isForeignChange(before, now)) {
      this.#options.onForeign(before.owner, object, 'changed');
    }
  }

  /** Also an object that somebody took the labels from. */
  #deleted(object: KubernetesObject): void {
    const before = this.#traces.get(keyOf(object));
    if (!before) return;
    this.#traces.delete(keyOf(object));
    this.#options.onForeign(before.owner, object, 'deleted');
  }

  #remember(object: KubernetesObject): Trace | undefined {
    const { ownerOf, isOurs } = this.#options;
    const owner = ownerOf(object);
    if (owner === undefined) {
      this.#traces.delete(keyOf(object));
      return undefined;
    }
    const trace = traceOf(object, owner, isOurs);
    this.#traces.set(keyOf(object), trace);
    return trace;
  }
}

/** Waiting a few seconds does not help against these. */
function isRefusal(error: Error): boolean {
  return (
    error instanceof UnknownKindError ||
    (error instanceof KubernetesApiError &&
      [403, 404, 405].includes(error.status))
  );
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
