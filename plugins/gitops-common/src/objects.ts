/**
 * The parts of `metadata` that a reconciler or a view reads. Other fields of
 * the Kubernetes API survive in memory, they are only not named here.
 *
 * @public
 */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  /** Kubernetes' own id of the object, unique over its lifetime. */
  uid?: string;
  resourceVersion?: string;
  /** Grows by one with each change of `spec`; the clock of `observedGeneration`. */
  generation?: number;
  /** RFC 3339, UTC. */
  creationTimestamp?: string;
  /** RFC 3339, UTC; present from the moment somebody asked for deletion. */
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

/**
 * An entry of `metadata.ownerReferences`.
 *
 * @public
 */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

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
 * JSON-like data.
 *
 * @public
 */
export interface GitopsObject<TSpec = object, TStatus = object> {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: TSpec;
  status?: TStatus;
}

/**
 * Any JSON value. Integers beyond `Number.MAX_SAFE_INTEGER` are `bigint`.
 *
 * @public
 */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue | undefined };
