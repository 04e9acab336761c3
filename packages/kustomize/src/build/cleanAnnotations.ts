import {
  ORIGIN_ANNOTATION,
  TRANSFORMATIONS_ANNOTATION,
} from '../resources/Origin';
import { isPlainString } from '@backstage-gitops/kubernetes-yaml';
import { getField, isMap } from '../fields/YamlNode';
import { Resource } from '../resources/Resource';
import { checkMetadataKey } from '../transformers/metadata';

const INTERNAL = 'internal.config.kubernetes.io/';
// What kustomize notes in annotations while it builds; taken out at the end,
// also where it came with the input.
const BUILD_ANNOTATIONS: readonly string[] = [
  ...[
    'previousKinds',
    'previousNames',
    'prefixes',
    'suffixes',
    'previousNamespaces',
    'allowNameChange',
    'allowKindChange',
    'refBy',
    'generatorBehavior',
    'needsHashSuffix',
    'path',
    'index',
    'seqindent',
    'id',
    'annotations-migration-resource-id',
    'helm-generated',
  ].map(name => INTERNAL + name),
  ...['path', 'index'].map(name => `config.kubernetes.io/${name}`),
  'config.k8s.io/id',
];

/** Writes the annotations again as kustomize does at the end: as strings. */
export function cleanAnnotations(
  resource: Resource,
  buildMetadata: readonly string[],
): void {
  if (isClean(resource)) {
    return;
  }
  const annotations = resource.annotations();
  if (!buildMetadata.includes('originAnnotations')) {
    annotations.delete(ORIGIN_ANNOTATION);
  }
  if (!buildMetadata.includes('transformerAnnotations')) {
    annotations.delete(TRANSFORMATIONS_ANNOTATION);
  }
  for (const name of BUILD_ANNOTATIONS) {
    annotations.delete(name);
  }
  for (const name of annotations.keys()) {
    checkMetadataKey(name, resource);
  }
  resource.setMetadataMap('annotations', annotations);
}

/** True for the usual case: nothing would change. */
function isClean(resource: Resource): boolean {
  const annotations = getField(
    getField(resource.node, 'metadata'),
    'annotations',
  );
  if (annotations === undefined) {
    return true;
  }
  if (!isMap(annotations)) {
    return false;
  }
  const names = Object.keys(annotations);
  return (
    names.length > 0 &&
    names.every(
      name =>
        typeof annotations[name] === 'string' &&
        !name.includes('config.kubernetes.io/') &&
        !name.includes('config.k8s.io/') &&
        isPlainString(name, 'go-yaml-v3'),
    )
  );
}
