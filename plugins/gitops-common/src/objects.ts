import type {
  JsonObject,
  JsonValue,
  KubernetesObject,
  ObjectMeta,
} from '@backstage-gitops/kubernetes-yaml';

export type { JsonObject, JsonValue, KubernetesObject, ObjectMeta };

/**
 * A condition of `status.conditions`, as metav1.Condition has it.
 *
 * @public
 */
export interface Condition {
  type: string;
  status: ConditionStatus;
  /** Generation of the object that the condition speaks about. */
  observedGeneration?: number;
  /** RFC 3339, UTC, whole seconds. */
  lastTransitionTime: string;
  /** CamelCase, never empty. */
  reason: string;
  /** At most 32768 characters. */
  message: string;
}

/** @public */
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/**
 * What the `status` of every reconciled kind has.
 *
 * @public
 */
export interface CommonStatus {
  /** -1 until the object was looked at for the first time. */
  observedGeneration?: number;
  conditions?: Condition[];
  /** Value of `reconcile.fluxcd.io/requestedAt` at the end of the last attempt. */
  lastHandledReconcileAt?: string;
}

/**
 * A GitOps object: one of the kinds in {@link gitopsKinds}, in memory, as plain
 * JSON-like data. Integers beyond `Number.MAX_SAFE_INTEGER` are `bigint`.
 *
 * @public
 */
export interface GitopsObject<
  TSpec = object,
  TStatus = object,
> extends KubernetesObject {
  spec: TSpec;
  status?: TStatus;
}
