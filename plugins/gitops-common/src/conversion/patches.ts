import { JsonValue } from '../objects';
import { isJsonObject, stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { Draft } from './draft';

/**
 * `patchesStrategicMerge` and `patchesJson6902` become `patches`. kustomize ran
 * the former before and the latter after the patches of that list, so their order
 * is kept.
 */
export function convertPatches(owner: Draft): void {
  const first = convertList(owner, 'patchesStrategicMerge', patch => ({
    patch: asText(patch),
  }));
  const last = convertList(owner, 'patchesJson6902', entry => {
    if (!isJsonObject(entry)) return undefined;
    const { patch, target } = entry;
    return {
      patch: asText(patch ?? []),
      ...(target !== undefined && { target }),
    };
  });
  if (first.length + last.length === 0) return;
  const present = owner.get('patches');
  owner.set('patches', [
    ...first,
    ...(Array.isArray(present) ? present : []),
    ...last,
  ]);
}

function convertList(
  owner: Draft,
  name: string,
  convert: (entry: JsonValue) => JsonValue | undefined,
): JsonValue[] {
  const list = owner.get(name);
  if (!Array.isArray(list)) return [];
  owner.take(name);
  if (list.length > 0) owner.moved(name, 'patches');
  return list.map(convert).filter(entry => entry !== undefined);
}

function asText(patch: JsonValue): string {
  return typeof patch === 'string' ? patch : stringifyYaml(patch);
}
