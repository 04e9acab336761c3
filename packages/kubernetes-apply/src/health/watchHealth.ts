import type { ObjectRef } from '../client/ClusterClient';
import { pause, systemClock } from '../client/Clock';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { HealthBoard } from './HealthBoard';
import type { WatchHealthOptions } from './ObjectHealth';

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
  try {
    await followAll(board, options);
  } finally {
    await board.close();
  }
}

async function followAll(
  board: HealthBoard,
  options: WatchHealthOptions,
): Promise<void> {
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
