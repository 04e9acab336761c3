import { getField, isMap, textOf } from '../fields/YamlNode';
import { KustomizeError } from '../KustomizeError';
import { Resource } from './Resource';
import { resourceId } from './ResourceId';

const DOMAIN = 'internal.config.kubernetes.io/';

/**
 * Takes over the notes that a resource brings in kustomize's own annotations:
 * they count in kustomize, which keeps all of its notes there.
 *
 * @throws KustomizeError `invalid-resource`
 */
export function readBuildNotes(
  resource: Resource,
  file: string | undefined,
): void {
  const annotations = getField(
    getField(resource.node, 'metadata'),
    'annotations',
  );
  if (
    !isMap(annotations) ||
    !Object.keys(annotations).some(name => name.startsWith(DOMAIN))
  ) {
    return;
  }
  const read = (name: string): string[] => {
    const value = textOf(getField(annotations, DOMAIN + name));
    return value === '' ? [] : value.split(',');
  };
  const names = read('previousNames');
  const namespaces = read('previousNamespaces');
  const kinds = read('previousKinds');
  if (names.length !== namespaces.length || names.length !== kinds.length) {
    throw new KustomizeError({
      code: 'invalid-resource',
      problem:
        'the annotations previousNames, previousNamespaces and previousKinds have different lengths',
      file,
      field: 'metadata.annotations',
    });
  }
  names.forEach((name, i) =>
    resource.previousIds.push(
      resourceId({
        apiVersion: resource.apiVersion,
        kind: kinds[i],
        name,
        namespace: namespaces[i],
      }),
    ),
  );
  resource.prefixes.push(...read('prefixes'));
  resource.suffixes.push(...read('suffixes'));
  resource.needsHash =
    getField(annotations, `${DOMAIN}needsHashSuffix`) === 'enabled';
}
