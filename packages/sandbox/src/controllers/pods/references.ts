import type { JsonObject, JsonValue } from '../../json/value';
import { asObject, asString, at, isObject } from '../../json/value';
import type { ObjectStore } from '../../storage/objectStore';
import { namespaceOf, objectsAt } from '../objects';

const STORAGES = { ConfigMap: '/configmaps', Secret: '/secrets' } as const;
type Kind = keyof typeof STORAGES;

/** What a container takes its environment from that is not there, in kubelet's words. */
export function missingEnvironment(
  store: ObjectStore,
  pod: JsonObject,
  container: JsonObject,
): string | undefined {
  const sources: Array<[Kind, JsonValue | undefined]> = [
    ...objectsAt(container, 'envFrom').flatMap(
      (entry): Array<[Kind, JsonValue | undefined]> => [
        ['ConfigMap', entry.configMapRef],
        ['Secret', entry.secretRef],
      ],
    ),
    ...objectsAt(container, 'env').flatMap(
      (entry): Array<[Kind, JsonValue | undefined]> => [
        ['ConfigMap', at(entry, 'valueFrom', 'configMapKeyRef')],
        ['Secret', at(entry, 'valueFrom', 'secretKeyRef')],
      ],
    ),
  ];
  return firstProblem(sources, (kind, reference) =>
    problemOf(store, pod, kind, asString(reference.name) ?? '', reference.key),
  );
}

/** A volume's source that is not there, in kubelet's words. */
export function missingVolume(
  store: ObjectStore,
  pod: JsonObject,
): string | undefined {
  for (const volume of objectsAt(pod, 'spec', 'volumes')) {
    const sources: Array<[Kind, JsonValue | undefined]> = [
      ['ConfigMap', volume.configMap],
      ['Secret', volume.secret],
      ...objectsAt(volume, 'projected', 'sources').flatMap(
        (entry): Array<[Kind, JsonValue | undefined]> => [
          ['ConfigMap', entry.configMap],
          ['Secret', entry.secret],
        ],
      ),
    ];
    const problem = firstProblem(sources, (kind, source) =>
      problemOf(
        store,
        pod,
        kind,
        asString(source.secretName ?? source.name) ?? '',
      ),
    );
    if (problem) {
      return `MountVolume.SetUp failed for volume "${String(volume.name)}" : ${problem}`;
    }
  }
  return undefined;
}

function firstProblem(
  sources: Array<[Kind, JsonValue | undefined]>,
  problem: (kind: Kind, source: JsonObject) => string | undefined,
): string | undefined {
  for (const [kind, source] of sources) {
    if (!isObject(source) || source.optional === true) continue;
    const found = problem(kind, source);
    if (found) return found;
  }
  return undefined;
}

function problemOf(
  store: ObjectStore,
  pod: JsonObject,
  kind: Kind,
  name: string,
  key?: JsonValue,
): string | undefined {
  const namespace = namespaceOf(pod);
  const found = store.get({ storage: STORAGES[kind], namespace, name });
  if (!found) return `${kind.toLowerCase()} "${name}" not found`;
  if (typeof key !== 'string') return undefined;
  const keys = { ...asObject(found.data), ...asObject(found.binaryData) };
  return Object.hasOwn(keys, key)
    ? undefined
    : `couldn't find key ${key} in ${kind} ${namespace}/${name}`;
}
