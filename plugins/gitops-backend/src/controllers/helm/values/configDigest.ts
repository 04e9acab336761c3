import { Values } from '@backstage-gitops/helm';
import {
  compareCodePoints,
  isJsonObject,
  stringifyYaml,
  WrittenMapping,
} from '@backstage-gitops/kubernetes-yaml';
import { createHash } from 'node:crypto';

/**
 * The digest of a release's values by which Flux 2.9 tells whether they changed:
 * sha256 of their YAML with keys in the order of their bytes, or of nothing where
 * there are none.
 */
export function configDigest(values: Values | undefined): string {
  const hash = createHash('sha256');
  if (values && Object.keys(values).length > 0) {
    hash.update(stringifyYaml(inOrder(values), { sortKeys: false }));
  }
  return `sha256:${hash.digest('hex')}`;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder);
  }
  return isJsonObject(value)
    ? new WrittenMapping(
        Object.keys(value)
          .sort(compareCodePoints)
          .map(key => [key, inOrder(value[key])]),
      )
    : value;
}
