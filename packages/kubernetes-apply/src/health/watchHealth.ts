import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import { pause, systemClock, type Clock } from '../client/Clock';
import { causeText } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { numberAt } from './fields';
import { healthOf } from './healthOf';
import type { Health, HealthRule } from './HealthStatus';

/**
 * How one object is doing.
 *
 * @public
 */
export interface ObjectHealth extends Health {
  ref: ObjectRef;
  /** False until something was heard of it. */
  observed: boolean;
  /**
   * A Job that is deleted some time after it has finished: being gone then
   * means that it was done.
   */
  expires?: boolean;
}

/** @public */
export interface WatchHealthOptions {
  client: ClusterClient;
  refs: readonly ObjectRef[];
  /** Ends the watch; nothing else does. */
  signal: AbortSignal;
  /** Called with each object whose health changed, and with all of them. */
  onChange(changed: ObjectHealth, all: readonly ObjectHealth[]): void;
  rules?: readonly HealthRule[];
  clock?: Clock;
  /** Between reads of one object where watching is forbidden. Default 5000. */
  pollMs?: number;
}

/** What is known of all objects so far. */
class HealthBoard {
  readonly #states = new Map<string, ObjectHealth>();
  readonly #options: WatchHealthOptions;
  readonly #clock: Clock;

  constructor(options: WatchHealthOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    for (const ref of options.refs) {
      this.#states.set(keyOf(ref), {
        ref,
        status: 'Unknown',
        message: 'not observed yet',
        observed: false,
      });
    }
  }

  saw(object: KubernetesObject): void {
    const { namespace, name } = object.metadata;
    const { apiVersion, kind } = object;
    const key = keyOf({ apiVersion, kind, namespace, name });
    const known = this.#states.get(key);
    if (!known) return;
    const health = healthOf(object, {
      rules: this.#options.rules,
      now: this.#clock.now(),
    });
    const expires =
      object.kind === 'Job' &&
      numberAt(object, 'spec', 'ttlSecondsAfterFinished') !== undefined;
    this.#set({
      ...known,
      ...health,
      observed: true,
      ...(expires ? { expires } : {}),
    });
  }

  missing(ref: ObjectRef): void {
    const known = this.#states.get(keyOf(ref));
    if (!known) return;
    const health: Health = known.expires
      ? { status: 'Current', message: 'Job finished and was removed' }
      : { status: 'NotFound', message: 'Resource not found' };
    this.#set({ ...known, ...health, observed: true });
  }

  failed(refs: readonly ObjectRef[], error: Error): void {
    for (const ref of refs) {
      const known = this.#states.get(keyOf(ref));
      // One failed request says nothing of what was seen before.
      if (!known || known.observed) continue;
      this.#set({ ...known, status: 'Unknown', message: causeText(error) });
    }
  }

  #set(state: ObjectHealth): void {
    const key = keyOf(state.ref);
    const before = this.#states.get(key);
    this.#states.set(key, state);
    const same =
      before?.status === state.status &&
      before.message === state.message &&
      before.observed === state.observed;
    if (!same) this.#options.onChange(state, [...this.#states.values()]);
  }
}

/** More objects than this in one namespace are watched together. */
const WATCHED_ALONE = 3;

/**
 * Follows the health of objects by watching them, few of a kind by name, many
 * by namespace. Where reading is allowed and watching is not, it polls.
 *
 * @public
 */
export async function watchHealth(options: WatchHealthOptions): Promise<void> {
  const board = new HealthBoard(options);
  const work = [...groupRefs(options.refs)].flatMap(refs =>
    refs.length <= WATCHED_ALONE
      ? refs.map(ref => follow([ref], ref.name, board, options))
      : [follow(refs, undefined, board, options)],
  );
  await Promise.all(work);
}

async function follow(
  refs: readonly ObjectRef[],
  name: string | undefined,
  board: HealthBoard,
  options: WatchHealthOptions,
): Promise<void> {
  const [{ apiVersion, kind, namespace }] = refs;
  const ended = new AbortController();
  const onAbort = () => ended.abort(options.signal.reason);
  if (options.signal.aborted) return;
  options.signal.addEventListener('abort', onAbort, { once: true });
  let forbidden = false;
  try {
    await options.client.watch({
      apiVersion,
      kind,
      namespace,
      ...(name ? { fieldSelector: `metadata.name=${name}` } : {}),
      signal: ended.signal,
      onSync: items => {
        const present = new Set(items.map(item => item.metadata.name));
        for (const item of items) board.saw(item);
        for (const ref of refs) if (!present.has(ref.name)) board.missing(ref);
      },
      onEvent: ({ type, object }) => {
        if (type !== 'DELETED') board.saw(object);
        else
          board.missing({
            apiVersion,
            kind,
            namespace,
            name: object.metadata.name,
          });
      },
      onError: error => {
        board.failed(refs, error);
        if (error instanceof KubernetesApiError && error.code === 'forbidden') {
          forbidden = true;
          ended.abort();
        }
      },
    });
  } finally {
    options.signal.removeEventListener('abort', onAbort);
  }
  if (forbidden && !options.signal.aborted) await poll(refs, board, options);
}

async function poll(
  refs: readonly ObjectRef[],
  board: HealthBoard,
  options: WatchHealthOptions,
): Promise<void> {
  const { client, signal, clock = systemClock, pollMs = 5_000 } = options;
  while (!signal.aborted) {
    for (const ref of refs) {
      try {
        const object = await client.get(ref, { signal });
        if (object) board.saw(object);
        else board.missing(ref);
      } catch (error) {
        if (signal.aborted) return;
        board.failed([ref], error as Error);
      }
    }
    await pause(clock, pollMs, signal).catch(() => undefined);
  }
}

/** One watch sees one kind in one namespace. */
function groupRefs(refs: readonly ObjectRef[]): Iterable<ObjectRef[]> {
  const groups = new Map<string, Map<string, ObjectRef>>();
  for (const ref of refs) {
    const key = `${ref.apiVersion} ${ref.kind} ${ref.namespace ?? ''}`;
    const group = groups.get(key) ?? new Map<string, ObjectRef>();
    group.set(ref.name, ref);
    groups.set(key, group);
  }
  return [...groups.values()].map(group => [...group.values()]);
}

function keyOf(ref: ObjectRef): string {
  return `${ref.apiVersion} ${ref.kind} ${ref.namespace ?? ''} ${ref.name}`;
}
