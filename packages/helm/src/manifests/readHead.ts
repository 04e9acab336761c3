import {
  compareCodePoints,
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
  parseDocuments,
} from '@backstage-gitops/kubernetes-yaml';
import { ManifestError } from './ManifestError';

/** What is read of a document before it is installed. */
export interface Head {
  apiVersion: string;
  kind: string;
  name: string;
  annotations: Readonly<Record<string, string>>;
}

/** @throws ManifestError `invalid-yaml` */
export function readHead(content: string, path: string): Head {
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
