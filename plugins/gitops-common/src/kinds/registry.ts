import { gitRepositoryKind } from './gitRepository';
import { GitopsKind } from './kind';
import { kustomizationKind } from './kustomization';
import { splitApiVersion } from './apiVersion';

/**
 * All kinds, sources first.
 *
 * @public
 */
export const gitopsKinds: readonly GitopsKind[] = Object.freeze([
  gitRepositoryKind,
  kustomizationKind,
]);

/**
 * The kind that an object has, by group and kind, at any version that was ever
 * served. `undefined` for everybody else's objects, such as kustomize's own
 * `Kustomization`.
 *
 * @public
 */
export function kindOf(
  apiVersion: string,
  kind: string,
): GitopsKind | undefined {
  const { group, version } = splitApiVersion(apiVersion);
  const found = kindOfGroup(group, kind);
  return found?.versions.includes(version) ? found : undefined;
}

/**
 * Like {@link kindOf}, whatever the version.
 *
 * @public
 */
export function kindOfGroup(
  group: string,
  kind: string,
): GitopsKind | undefined {
  return gitopsKinds.find(k => k.group === group && k.kind === kind);
}

/**
 * The kind of that name. Names are unique among GitOps kinds, which is why
 * routes and keys need no group.
 *
 * @public
 */
export function kindByName(kind: string): GitopsKind | undefined {
  return gitopsKinds.find(k => k.kind === kind);
}

/**
 * Whether the API group is one of Flux's that we reconcile.
 *
 * @public
 */
export function isGitopsGroup(group: string): boolean {
  return gitopsKinds.some(k => k.group === group);
}
