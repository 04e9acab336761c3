import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import { UnknownKindError } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { objectKey } from './objectKey';
import { mapConcurrent } from './mapConcurrent';

/**
 * What reading together found, by `objectKey`; `null` says that the API server
 * has no such object. Objects that are not in it have to be read one by one.
 */
export type LiveObjects = ReadonlyMap<string, KubernetesObject | null>;

interface ReadOptions {
  client: ClusterClient;
  /** Labels that the objects carry if they are ours. */
  ownerLabels: Readonly<Record<string, string>>;
  metadataOnly?: boolean;
  signal?: AbortSignal;
  /** Which of them are known not to be there. */
  findAbsent?(refs: readonly ObjectRef[]): readonly ObjectRef[];
}

/** Objects of one kind in one version; the same namespace, or several. */
type Group = readonly ObjectRef[];

/** Up to so many objects of a kind and namespace are read one by one. */
const FEW = 2;
/**
 * From so many objects of a kind on, in several namespaces, all namespaces are
 * listed: the API server walks through what others have there to find ours.
 */
const MANY = 20;
/** Objects of others that may be read, by name alone, for one of ours. */
const FOREIGN_PER_OBJECT = 10;
const PAGE = 500;
const CONCURRENT_READS = 8;

/**
 * Reads the live objects of a set with as few requests as that takes: one list
 * by owner labels for all objects of a kind, one list of names for those that
 * it did not give, single reads for the few that are left. Lists of names are
 * bounded by what they are needed for, so that nobody's three objects cost a
 * walk over fifty thousand of others. Where listing is not allowed or a kind
 * is not served, it finds out nothing about it, and says nothing.
 *
 * @throws where the cluster cannot be reached
 */
export async function readLive(
  refs: readonly ObjectRef[],
  options: ReadOptions,
): Promise<LiveObjects> {
  const found = new Map<string, KubernetesObject | null>();
  for (const absent of options.findAbsent?.(refs) ?? []) {
    found.set(objectKey(absent), null);
  }
  const kinds = groupBy(
    refs.filter(ref => !found.has(objectKey(ref))),
    ref => `${ref.apiVersion}/${ref.kind}`,
  );
  await mapConcurrent(kinds, CONCURRENT_READS, group =>
    readKind(group, options, found),
  );
  const left = refs.filter(ref => !found.has(objectKey(ref)));
  const places = groupBy(
    left,
    ref => `${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ''}`,
  );
  const single: ObjectRef[] = [];
  await mapConcurrent(places, CONCURRENT_READS, async group => {
    if (group.length > FEW) await findAbsent(group, options, found);
    single.push(...group.filter(ref => !found.has(objectKey(ref))));
  });
  await mapConcurrent(single, CONCURRENT_READS, async ref => {
    const { client, metadataOnly, signal } = options;
    const live = await unlessRefused(() =>
      client.get(ref, { metadataOnly, signal }),
    );
    if (live) found.set(objectKey(ref), live.value ?? null);
  });
  return found;
}

/** What carries the owner's labels, of one kind. */
async function readKind(
  group: Group,
  options: ReadOptions,
  found: Map<string, KubernetesObject | null>,
): Promise<void> {
  const labelSelector = selectorOf(options.ownerLabels);
  if (!labelSelector || group.length <= FEW) return;
  const places = groupBy(group, ref => ref.namespace ?? '');
  const wanted = new Set(group.map(objectKey));
  const read = async (namespace: string | undefined): Promise<boolean> => {
    const listed = await unlessRefused(() =>
      options.client.list({
        ...kindOf(group),
        namespace,
        labelSelector,
        metadataOnly: options.metadataOnly,
        // What else is ours is stale: little, or there would be more of it.
        maxItems: 2 * group.length + PAGE,
        signal: options.signal,
      }),
    );
    for (const object of listed?.value.items ?? []) {
      const key = objectKey({ ...kindOf(group), ...object.metadata });
      if (wanted.has(key)) found.set(key, object);
    }
    return listed !== undefined;
  };
  const spread = places.length > 1 && group.length >= MANY;
  if (spread && (await read(undefined))) return;
  await mapConcurrent(places, CONCURRENT_READS, async members => {
    if (members.length > FEW) await read(members[0].namespace);
  });
}

/** Which of a kind and namespace are not there, by a list of names. */
async function findAbsent(
  group: Group,
  { client, signal }: ReadOptions,
  found: Map<string, KubernetesObject | null>,
): Promise<void> {
  const maxItems = FOREIGN_PER_OBJECT * group.length;
  const listed = await unlessRefused(() =>
    client.list({
      ...kindOf(group),
      namespace: group[0].namespace,
      metadataOnly: true,
      limit: Math.min(PAGE, maxItems),
      maxItems,
      signal,
    }),
  );
  if (!listed || listed.value.truncated) return;
  const names = new Set(listed.value.items.map(item => item.metadata.name));
  for (const ref of group) {
    if (!names.has(ref.name)) found.set(objectKey(ref), null);
  }
}

/** Undefined where the server refuses; such objects are judged one by one. */
async function unlessRefused<T>(
  read: () => Promise<T>,
): Promise<{ value: T } | undefined> {
  try {
    return { value: await read() };
  } catch (error) {
    const refused =
      error instanceof UnknownKindError ||
      (error instanceof KubernetesApiError &&
        [400, 403, 404, 405, 410].includes(error.status));
    if (!refused) throw error;
    return undefined;
  }
}

function kindOf([{ apiVersion, kind }]: Group) {
  return { apiVersion, kind };
}

/** Undefined for what no selector can say; such labels are never stored. */
function selectorOf(
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const entries = Object.entries(labels);
  const sayable = entries.every(
    ([key, value]) =>
      /^[A-Za-z0-9][-A-Za-z0-9_./]*$/.test(key) &&
      /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value),
  );
  if (entries.length === 0 || !sayable) return undefined;
  return entries.map(([key, value]) => `${key}=${value}`).join(',');
}

function groupBy(
  refs: readonly ObjectRef[],
  keyOf: (ref: ObjectRef) => string,
): ObjectRef[][] {
  const groups = new Map<string, ObjectRef[]>();
  for (const ref of refs) {
    const key = keyOf(ref);
    const group = groups.get(key);
    if (group) group.push(ref);
    else groups.set(key, [ref]);
  }
  return [...groups.values()];
}
