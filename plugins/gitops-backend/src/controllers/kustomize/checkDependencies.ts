import {
  ConditionType,
  Kustomization,
  kustomizationKind,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { CelExpression } from '@backstage-gitops/kubernetes-apply';
import { ObjectReference } from '../../homes/ObjectReference';
import { Home } from '../../homes/Home';
import { ReadyExpressionError } from './errors';
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
 * why the first unmet one is unmet, or undefined. Where a dependency has an
 * expression, that alone decides, unless `additive`.
 *
 * @throws ReadyExpressionError
 */
export async function checkDependencies(options: {
  home: Home;
  object: Kustomization;
  revision: string;
  /** Reads an expression over `self` and `dep`; throws CelError. */
  compile: (text: string) => CelExpression;
  additive?: boolean;
  signal?: AbortSignal;
}): Promise<string | undefined> {
  const { object } = options;
  for (const [i, reference] of dependencyReferences(object).entries()) {
    const described = `dependency '${reference.namespace}/${reference.name}'`;
    const dependency = await options.home.read<Kustomization>(
      { ...reference, apiVersion: kustomizationKind.apiVersion },
      { signal: options.signal },
    );
    if (!dependency) {
      return `${described} not found`;
    }
    const { readyExpr } = object.spec.dependsOn![i];
    if (readyExpr) {
      const expression = compileReady(readyExpr, reference, options.compile);
      const reason = unmetExpression(expression, object, dependency);
      if (reason) {
        return reason;
      }
      if (!options.additive) {
        continue;
      }
    }
    const reason = unmetDependency(object, dependency, options.revision);
    if (reason) {
      return reason;
    }
  }
  return undefined;
}

function compileReady(
  text: string,
  { name }: ObjectReference,
  compile: (text: string) => CelExpression,
): CelExpression {
  try {
    return compile(text);
  } catch (error) {
    assertError(error);
    throw new ReadyExpressionError(name, error);
  }
}

/** Data that do not fit an expression may do so later. */
function unmetExpression(
  expression: CelExpression,
  self: Kustomization,
  dep: Kustomization,
): string | undefined {
  const { namespace = 'default', name } = dep.metadata;
  try {
    return expression.evaluateBoolean({ self, dep })
      ? undefined
      : `dependency '${namespace}/${name}' is not ready according to readyExpr eval`;
  } catch (error) {
    assertError(error);
    return `dependency '${namespace}/${name}' is not ready: ${error.message}`;
  }
}

/**
 * The dependencies that lead from an object back to it, as `namespace/name`, the
 * object first and last; undefined where none do. Looks into the cache of the home.
 */
export function dependencyCycle(
  home: Pick<Home, 'cache'>,
  object: Kustomization,
): string[] | undefined {
  const nameOf = ({ namespace, name }: { namespace?: string; name: string }) =>
    `${namespace ?? 'default'}/${name}`;
  const start = nameOf(object.metadata);
  const seen = new Set<string>();
  const pending: { path: string[]; object: Kustomization }[] = [
    { path: [start], object },
  ];
  for (let next = pending.shift(); next; next = pending.shift()) {
    for (const reference of dependencyReferences(next.object)) {
      const name = nameOf(reference);
      const path = [...next.path, name];
      if (name === start) {
        return path;
      }
      const found = home.cache.get(reference) as Kustomization | undefined;
      if (found && !seen.has(name)) {
        seen.add(name);
        pending.push({ path, object: found });
      }
    }
  }
  return undefined;
}
