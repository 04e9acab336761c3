import {
  ConditionType,
  Kustomization,
  kustomizationKind,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { ObjectReference } from '../../homes/ObjectReference';
import { Home } from '../../homes/Home';
import { sourceReference } from './loadSource';

/** The Kustomizations that one depends on, with namespaces filled in. */
export function dependencyReferences(object: Kustomization): ObjectReference[] {
  return (object.spec.dependsOn ?? []).map(({ name, namespace }) => ({
    kind: kustomizationKind.kind,
    name,
    namespace: namespace ?? object.metadata.namespace ?? 'default',
  }));
}

/**
 * Whether a dependency lets its dependant go on (Flux 2.9): it is ready for its
 * newest spec and, where both deliver the same source, has delivered the same
 * revision. Undefined when it does, else the reason.
 */
export function unmetDependency(
  dependant: Kustomization,
  dependency: Kustomization,
  revision: string,
): string | undefined {
  const { namespace = 'default', name } = dependency.metadata;
  const described = `dependency '${namespace}/${name}'`;
  const { status } = dependency;
  const ready = status?.conditions?.find(
    condition => condition.type === ConditionType.Ready,
  );
  if (
    ready?.status !== 'True' ||
    status?.observedGeneration !== dependency.metadata.generation
  ) {
    return `${described} is not ready`;
  }
  const sameSource =
    JSON.stringify(sourceReference(dependant)) ===
    JSON.stringify(sourceReference(dependency));
  if (
    sameSource &&
    !sameRevision(status?.lastAppliedRevision ?? '', revision)
  ) {
    return `${described} revision is not up to date`;
  }
  return undefined;
}

/**
 * Reads all dependencies from the home, never from a cache; gives the reason
 * why the first unmet one is unmet, or undefined.
 */
export async function checkDependencies(options: {
  home: Home;
  object: Kustomization;
  revision: string;
  signal?: AbortSignal;
}): Promise<string | undefined> {
  for (const reference of dependencyReferences(options.object)) {
    const dependency = await options.home.read<Kustomization>(
      { ...reference, apiVersion: kustomizationKind.apiVersion },
      { signal: options.signal },
    );
    if (!dependency) {
      return `dependency '${reference.namespace}/${reference.name}' not found`;
    }
    const reason = unmetDependency(
      options.object,
      dependency,
      options.revision,
    );
    if (reason) {
      return reason;
    }
  }
  return undefined;
}
