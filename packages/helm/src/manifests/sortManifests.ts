import {
  compareCodePoints,
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
  parseDocuments,
} from '@backstage-gitops/kubernetes-yaml';
import { trim } from '../text/space';
import { Hook, HookEvent, Manifest } from './Hook';
import { KindOrder, sortByKind } from './kindOrder';
import { ManifestError } from './ManifestError';
import { readHook } from './readHook';
import { splitManifests } from './splitManifests';

/**
 * Files of rendered templates: text by path.
 *
 * @public
 */
export type RenderedFiles = ReadonlyMap<string, string>;

/**
 * The objects and hooks of rendered files, by kind in the order of the action
 * and then in that of files and documents (Helm 4, `SortManifests`). Documents
 * with a hook event that is not known are dropped.
 *
 * @throws ManifestError `invalid-yaml`
 * @public
 */
export function sortManifests(
  files: RenderedFiles,
  order: KindOrder,
): { hooks: Hook[]; manifests: Manifest[] } {
  const hooks: Hook[] = [];
  const manifests: Manifest[] = [];
  for (const path of [...files.keys()].sort(compareCodePoints)) {
    const text = files.get(path)!;
    const isPartial = path.slice(path.lastIndexOf('/') + 1).startsWith('_');
    if (isPartial || trim(text) === '') {
      continue;
    }
    for (const content of splitManifests(text)) {
      const { annotations, ...head } = readHead(content, path);
      const manifest: Manifest = { path, content, ...head };
      const hook = readHook(manifest, annotations);
      if (hook) {
        hooks.push(hook);
      } else if (hook === undefined) {
        manifests.push(manifest);
      }
    }
  }
  return {
    hooks: sortByKind(hooks, order),
    manifests: sortByKind(manifests, order),
  };
}

/**
 * The hooks of an event in the order in which they run: by weight, then by
 * name, then by kind.
 *
 * @public
 */
export function hooksFor(hooks: readonly Hook[], event: HookEvent): Hook[] {
  return sortByKind(
    hooks.filter(({ events }) => events.includes(event)),
    'install',
  ).sort((a, b) =>
    a.weight === b.weight
      ? compareCodePoints(a.name, b.name)
      : a.weight - b.weight,
  );
}

interface Head {
  apiVersion: string;
  kind: string;
  name: string;
  annotations: Record<string, string>;
}

function readHead(content: string, path: string): Head {
  let value: JsonValue;
  try {
    value =
      parseDocuments(content, { duplicateKeys: 'last' })[0]?.value ?? null;
  } catch (error) {
    throw new ManifestError(
      'invalid-yaml',
      `YAML parse error on ${path}: ${(error as Error).message}`,
      { file: path, cause: error },
    );
  }
  const wrong = (field: string, wanted: string) =>
    new ManifestError(
      'invalid-yaml',
      `YAML parse error on ${path}: ${field} must be ${wanted}`,
      { file: path },
    );
  const object = (node: JsonValue, field: string): JsonObject => {
    if (node !== null && !isJsonObject(node)) {
      throw wrong(field, 'a mapping');
    }
    return node ?? {};
  };
  // Numbers and booleans become strings on the way, as in Helm.
  const text = (node: JsonValue, field: string): string => {
    if (typeof node === 'object' && node !== null) {
      throw wrong(field, 'a string');
    }
    return node === null ? '' : String(node);
  };
  const root = object(value, 'a document');
  const metadata = object(fieldOf(root, 'metadata'), 'metadata');
  const annotations = object(
    fieldOf(metadata, 'annotations'),
    'metadata.annotations',
  );
  return {
    apiVersion: text(fieldOf(root, 'apiVersion'), 'apiVersion'),
    kind: text(fieldOf(root, 'kind'), 'kind'),
    name: text(fieldOf(metadata, 'name'), 'metadata.name'),
    annotations: Object.fromEntries(
      Object.keys(annotations).map(key => [
        key,
        text(annotations[key], `metadata.annotations.${key}`),
      ]),
    ),
  };
}

/** A field by its name in any case; of several, the last in Go's order. */
function fieldOf(object: JsonObject, name: string): JsonValue {
  const key = Object.keys(object)
    .filter(candidate => candidate.toLowerCase() === name.toLowerCase())
    .sort(compareCodePoints)
    .at(-1);
  return key === undefined ? null : getOwn(object, key)!;
}
