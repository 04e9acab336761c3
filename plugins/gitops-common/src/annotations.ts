/**
 * Annotations that Flux reads and writes (Flux 2.9).
 *
 * @public
 */
export const FluxAnnotation = {
  /** A change of its value asks for a reconcile now; the value itself is opaque. */
  requestedAt: 'reconcile.fluxcd.io/requestedAt',
  /** HelmRelease: a one-off forced release, when equal to `requestedAt`. */
  forceAt: 'reconcile.fluxcd.io/forceAt',
  /** HelmRelease: a one-off reset of the failure counters, when equal to `requestedAt`. */
  resetAt: 'reconcile.fluxcd.io/resetAt',
  /** On applied objects: `disabled` keeps Flux away from the object. */
  reconcile: 'kustomize.toolkit.fluxcd.io/reconcile',
  /** On applied objects: `disabled` keeps it when it leaves the build. */
  prune: 'kustomize.toolkit.fluxcd.io/prune',
  /** On applied objects: `Override`, `Merge`, `IfNotPresent` or `Ignore`. */
  ssa: 'kustomize.toolkit.fluxcd.io/ssa',
  /** On applied objects: `enabled` recreates the object on immutable-field errors. */
  force: 'kustomize.toolkit.fluxcd.io/force',
  /** On objects of a build: `disabled` leaves `${}` alone. */
  substitute: 'kustomize.toolkit.fluxcd.io/substitute',
  /** On objects of a release: `disabled` exempts them from drift detection. */
  driftDetection: 'helm.toolkit.fluxcd.io/driftDetection',
} as const;

/**
 * Labels that Flux reads and writes (Flux 2.9).
 *
 * @public
 */
export const FluxLabel = {
  /** `Enabled` on a ConfigMap or Secret: its change wakes who refers to it. */
  watch: 'reconcile.fluxcd.io/watch',
  /** Owner of an applied object. */
  kustomizationName: 'kustomize.toolkit.fluxcd.io/name',
  kustomizationNamespace: 'kustomize.toolkit.fluxcd.io/namespace',
  /** Owner of an object of a release. */
  helmReleaseName: 'helm.toolkit.fluxcd.io/name',
  helmReleaseNamespace: 'helm.toolkit.fluxcd.io/namespace',
  /** Shard that reconciles an object, where Flux's controllers are sharded. */
  shardKey: 'sharding.fluxcd.io/key',
} as const;

/**
 * The finalizer that Flux puts on the objects it reconciles.
 *
 * @public
 */
export const FLUX_FINALIZER = 'finalizers.fluxcd.io';

/**
 * Annotations under this prefix are copied, without it, to the metadata of
 * every event of the object.
 *
 * @public
 */
export const FLUX_EVENT_PREFIX = 'event.toolkit.fluxcd.io/';

/**
 * Prefix of the annotations and labels of this suite.
 *
 * @public
 */
export const GITOPS_PREFIX = 'backstage-gitops.io/';

/**
 * Annotations of this suite. They live on the object, so that the loss of the
 * plugin's database resumes nothing that was held and approves nothing.
 *
 * @public
 */
export const GitopsAnnotation = {
  /** Entity reference of the owner, such as `group:default/payments`. */
  owner: 'backstage-gitops.io/owner',
  /** Entity reference of the Component that the delivery belongs to. */
  component: 'backstage-gitops.io/component',
  /** Location and document index of the registration that the object came from. */
  registration: 'backstage-gitops.io/registration',
  /** JSON of who approved the registration that no claim is about, and to what it is held. */
  approval: 'backstage-gitops.io/approval',
  /** Revision at which a delivery is held. */
  holdRevision: 'backstage-gitops.io/hold-revision',
  /** Why it is held. */
  holdReason: 'backstage-gitops.io/hold-reason',
  /** RFC 3339; when the hold ends by itself. */
  holdUntil: 'backstage-gitops.io/hold-until',
  /** Entity reference of the user who acted last: held, suspended, approved. */
  actor: 'backstage-gitops.io/actor',
  /** Reason of a suspension that was made in the portal. */
  suspendReason: 'backstage-gitops.io/suspend-reason',
  /** Digest of the plan that was approved. */
  approvedPlan: 'backstage-gitops.io/approved-plan',
  /** Digest of the list of objects whose mass prune was approved. */
  approvedPrune: 'backstage-gitops.io/approved-prune',
  /** Of an ImageUpdateAutomation: `automation` or `policy`, what one pull request is for. */
  pullRequest: 'backstage-gitops.io/pull-request',
  /** Template of its title. */
  pullRequestTitle: 'backstage-gitops.io/pull-request-title',
  /** Template of its body. */
  pullRequestBody: 'backstage-gitops.io/pull-request-body',
  /** Its labels, separated by commas. */
  pullRequestLabels: 'backstage-gitops.io/pull-request-labels',
  /** Type of a Provider of type generic, where the definitions of a home do not know it. */
  provider: 'backstage-gitops.io/provider',
} as const;

/**
 * Field managers that write to the cluster.
 *
 * @public
 */
export const FieldManager = {
  /** Applies what a Kustomization builds; the same name as Flux's. */
  kustomize: 'kustomize-controller',
  /** Applies what a HelmRelease renders; the same name as Flux's. */
  helm: 'helm-controller',
  /** Writes the status of sources; the same name as Flux's. */
  source: 'source-controller',
  /** Applies manifests that were registered in the catalog. */
  catalog: 'backstage-gitops-catalog',
  /** Writes suspensions, holds and approvals that people make in the portal. */
  portal: 'backstage-gitops-portal',
} as const;

/**
 * Whether a Flux switch in an annotation or label has the given value; Flux
 * compares them without regard to case.
 *
 * @public
 */
export function hasSwitch(
  values: Record<string, string> | undefined,
  key: string,
  value: string,
): boolean {
  return values?.[key]?.toLowerCase() === value.toLowerCase();
}
