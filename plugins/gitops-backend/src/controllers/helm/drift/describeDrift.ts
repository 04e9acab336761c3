import { ObjectRef } from '@backstage-gitops/kubernetes-apply';
import { ObjectDrift } from './findDrift';

/** A line for each object, in the words of helm-controller 1.6. */
export function describeDrift(drift: readonly ObjectDrift[]): string {
  return drift.map(one => `${nameOf(one.ref)} ${whatOf(one)}`).join('\n');
}

/** `Kind/namespace/name` */
export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return [kind, ...(namespace ? [namespace] : []), name].join('/');
}

function whatOf(drift: ObjectDrift): string {
  if (drift.type !== 'changed') {
    return drift.type;
  }
  const count = (wanted: string) =>
    drift.operations.filter(({ op }) => op === wanted).length;
  return `changed (${count('add')} additions, ${count('replace')} changes, ${count('remove')} removals)`;
}
