import { createHash } from 'node:crypto';
import { JsonValue, stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import { getField, isMap, textOf, toPlain } from '../fields/YamlNode';
import { Resource } from '../resources/Resource';
import { ResourceList } from '../resources/ResourceList';

const HASH_LENGTH = 10;
// Digits that could spell words are replaced.
const SUBSTITUTES: Readonly<Record<string, string>> = {
  0: 'g',
  1: 'h',
  3: 'k',
  a: 'm',
  e: 't',
};

/** Appends the hash of their content to the names of generated resources. */
export function addHashes(resources: ResourceList): void {
  for (const resource of resources) {
    if (resource.needsHash && !resource.isEmpty) {
      const hash = hashOf(resource);
      resource.storePreviousId();
      resource.setName(`${resource.name}-${hash}`);
    }
  }
  resources.changed();
}

/** The suffix kustomize gives a resource for its content. */
export function hashOf(resource: Resource): string {
  const hex = createHash('sha256')
    .update(goJson(hashedContent(resource)))
    .digest('hex');
  return hex
    .slice(0, HASH_LENGTH)
    .replace(/[013ae]/g, digit => SUBSTITUTES[digit]);
}

function hashedContent(resource: Resource): JsonValue {
  const { kind, node } = resource;
  const read = (field: string): JsonValue => {
    const value = getField(node, field);
    if (value === undefined) {
      return '';
    }
    return isMap(value) ? toPlain(value) : textOf(value);
  };
  if (kind !== 'ConfigMap' && kind !== 'Secret') {
    return toPlain(node);
  }
  const content: { [key: string]: JsonValue } = {
    kind,
    // Meant to be the name, but kustomize looks in a field that never exists.
    name: '',
    data: read('data'),
  };
  if (kind === 'Secret') {
    content.type = read('type');
  }
  const extra = kind === 'ConfigMap' ? 'binaryData' : 'stringData';
  if (isMap(getField(node, extra))) {
    content[extra] = read(extra);
  }
  return content;
}

/** JSON as Go writes it: keys sorted, characters that matter to HTML escaped. */
function goJson(value: JsonValue): string {
  return stringifyJson(value, { sortKeys: true }).replace(
    /[<>&\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
