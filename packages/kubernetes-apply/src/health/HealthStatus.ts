import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';

/**
 * How far an object has come; the words of kstatus.
 *
 * - `Current`: as its spec says
 * - `InProgress`: on its way
 * - `Failed`: stuck, will not get there by waiting
 * - `Terminating`: being deleted
 * - `NotFound`: not there
 * - `Unknown`: could not be read
 *
 * @public
 */
export type HealthStatus =
  'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown';

/** @public */
export interface Health {
  status: HealthStatus;
  message: string;
}

/**
 * A rule that comes before the built-in ones, such as a CEL expression of
 * `healthCheckExprs`.
 *
 * @public
 */
export interface HealthRule {
  apiVersion: string;
  kind: string;
  /** `undefined` leaves the object to the next rule. */
  evaluate(object: KubernetesObject): Health | undefined;
}

export const current = (message: string): Health => ({
  status: 'Current',
  message,
});

export const inProgress = (message: string): Health => ({
  status: 'InProgress',
  message,
});

export const failed = (message: string): Health => ({
  status: 'Failed',
  message,
});
