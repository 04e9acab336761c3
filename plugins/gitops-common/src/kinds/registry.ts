import { splitApiVersion } from './apiVersion';
import { alertKind } from './alert';
import { artifactGeneratorKind } from './artifactGenerator';
import { bucketKind } from './bucket';
import { externalArtifactKind } from './externalArtifact';
import { gitRepositoryKind } from './gitRepository';
import { helmChartKind } from './helmChart';
import { helmReleaseKind } from './helmRelease';
import { helmRepositoryKind } from './helmRepository';
import { imagePolicyKind } from './imagePolicy';
import { imageRepositoryKind } from './imageRepository';
import { imageUpdateAutomationKind } from './imageUpdateAutomation';
import { kustomizationKind } from './kustomization';
import { ociRepositoryKind } from './ociRepository';
import { providerKind } from './provider';
import { receiverKind } from './receiver';
import { GitopsKind } from './kind';

/**
 * All kinds, sources first.
 *
 * @public
 */
export const gitopsKinds: readonly GitopsKind[] = Object.freeze([
  gitRepositoryKind,
  ociRepositoryKind,
  helmRepositoryKind,
  helmChartKind,
  bucketKind,
  externalArtifactKind,
  artifactGeneratorKind,
  kustomizationKind,
  helmReleaseKind,
  imageRepositoryKind,
  imagePolicyKind,
  imageUpdateAutomationKind,
  alertKind,
  providerKind,
  receiverKind,
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
