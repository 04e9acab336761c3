import {
  JsonObject,
  JsonValue,
  KubernetesObject,
  isJsonObject,
} from './JsonValue';
import { ParseOptions, parseDocuments } from './parseDocuments';
import { YamlError } from './YamlError';

/**
 * Reads Kubernetes objects from YAML or JSON: several documents, lists (any
 * kind that ends in `List` and has `items`) flattened, empty documents
 * skipped. `metadata.generateName` stands in for a missing name.
 *
 * @throws YamlError; code `not-an-object`, with document and line, for what is
 * not an object with `apiVersion`, `kind` and `metadata.name`
 * @public
 */
export function parseManifests(
  text: string,
  options: ParseOptions = {},
): KubernetesObject[] {
  const objects: KubernetesObject[] = [];
  for (const { value, index, line, empty } of parseDocuments(text, options)) {
    if (empty || value === null) {
      continue;
    }
    const where = `document ${index + 1}`;
    const fail = (problem: string, hint?: string): never => {
      throw new YamlError({
        code: 'not-an-object',
        problem,
        file: options.file,
        line,
        hint,
      });
    };
    collect(value, where, objects, fail);
  }
  return objects;
}

function collect(
  value: JsonValue,
  where: string,
  objects: KubernetesObject[],
  fail: (problem: string, hint?: string) => never,
): void {
  if (!isJsonObject(value)) {
    return fail(
      `${where} is not a Kubernetes object`,
      'a mapping with apiVersion, kind and metadata is expected',
    );
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof value[field] !== 'string' || value[field] === '') {
      return fail(`${where} has no ${field}`);
    }
  }
  const kind = value.kind as string;
  if (kind.endsWith('List') && Array.isArray(value.items)) {
    value.items.forEach((item, i) => {
      collect(item, `${where}, items[${i}]`, objects, fail);
    });
    return undefined;
  }
  const metadata = value.metadata as JsonObject | undefined;
  if (
    !isJsonObject(metadata) ||
    !(isName(metadata.name) || isName(metadata.generateName))
  ) {
    return fail(`${where} (${kind}) has no metadata.name`);
  }
  objects.push(value as unknown as KubernetesObject);
  return undefined;
}

function isName(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && value !== '';
}
