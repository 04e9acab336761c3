import { getOwn, isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitopsObject,
  ObjectPlace,
} from '@backstage-gitops/plugin-gitops-common';

/** How one object needs another of its home. */
export interface Relation extends ObjectPlace {
  relation: 'source' | 'dependsOn' | 'reference';
}

/** A field below an object, or undefined where the way is not there. */
export function fieldAt(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const name of path) {
    current = isJsonObject(current) ? getOwn(current, name) : undefined;
  }
  return current;
}

/** Text that says something. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** A list, empty where there is none. */
export function listAt(value: unknown, ...path: string[]): unknown[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** What an object's spec refers to, its source first. */
export function relationsOf(object: GitopsObject): Relation[] {
  const namespace = object.metadata.namespace ?? 'default';
  const { spec } = object;
  const relations: Relation[] = [];
  const add = (
    relation: Relation['relation'],
    reference: unknown,
    kind: string | undefined = textAt(reference, 'kind'),
  ) => {
    const name = textAt(reference, 'name');
    if (kind && name) {
      relations.push({
        relation,
        kind,
        namespace: textAt(reference, 'namespace') ?? namespace,
        name,
      });
    }
  };
  add('source', fieldAt(spec, 'sourceRef'));
  add('source', fieldAt(spec, 'chartRef'));
  add('source', fieldAt(spec, 'chart', 'spec', 'sourceRef'));
  add('source', fieldAt(spec, 'imageRepositoryRef'), 'ImageRepository');
  if (object.kind === 'ArtifactGenerator') {
    listAt(spec, 'sources').forEach(source => add('source', source));
  }
  listAt(spec, 'dependsOn').forEach(dependency =>
    add('dependsOn', dependency, object.kind),
  );
  listAt(spec, 'include').forEach(include =>
    add('reference', fieldAt(include, 'repository'), object.kind),
  );
  add('reference', fieldAt(spec, 'providerRef'), 'Provider');
  return relations;
}
