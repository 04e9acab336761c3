import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { conditionsOf, fieldsOf, numberAt, textAt } from './fields';
import { current, failed, inProgress, type Health } from './HealthStatus';

/**
 * Flux's own rule, which stands in place of all others (fluxcd/pkg runtime
 * statusreaders, Flux 2.9): kstatus takes a running Job for done.
 */
export function jobHealth(object: KubernetesObject): Health {
  if (fieldsOf(object, 'spec').suspend === true) {
    return current('Job is suspended');
  }
  const parallelism = numberAt(object, 'spec', 'parallelism') ?? 1;
  const completions = numberAt(object, 'spec', 'completions') ?? parallelism;
  const count = (field: string) => numberAt(object, 'status', field) ?? 0;
  for (const { type, status } of conditionsOf(object)) {
    if (status !== 'True') continue;
    if (type === 'Complete') {
      return current(
        `Job Completed. succeeded: ${count('succeeded')}/${completions}`,
      );
    }
    if (type === 'Failed') {
      return failed(`Job Failed. failed: ${count('failed')}/${completions}`);
    }
  }
  if (textAt(object, 'status', 'startTime') === '') {
    return inProgress(`Job not started. active: 0/${parallelism}`);
  }
  return inProgress(
    `Job in progress. success:${count('succeeded')}, active: ${count('active')}, failed: ${count('failed')}`,
  );
}
