import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';

/**
 * How far an object has come; the words of kstatus.
 *
 * - `Current`: as its spec says
 * - `InProgress`: on its way
 * - `Failed`: stuck, will not get there by waiting
 * - `Terminating`: being deleted
 * - `NotFound`: not there
 * - `Unknown`: could not be read, or nothing could be made of it
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
 * A rule that comes before all built-in ones, such as the expressions of
 * `healthCheckExprs` (see `compileHealthRules`). The rule of a kind comes
 * before the rule of its group.
 *
 * @public
 */
export interface HealthRule {
  /** Gives the API group; its version does not matter. */
  apiVersion: string;
  /** Empty: all kinds of the group. */
  kind: string;
  /** `undefined` leaves the object to the next rule. */
  evaluate(object: KubernetesObject): Health | undefined;
}

export const unknown = (message: string): Health => ({
  status: 'Unknown',
  message,
});

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
