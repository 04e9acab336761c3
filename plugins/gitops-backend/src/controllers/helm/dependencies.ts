import { CelExpression } from '@backstage-gitops/kubernetes-apply';
import {
  ConditionType,
  HelmRelease,
  helmReleaseKind,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { Home } from '../../homes/Home';
import { ObjectReference } from '../../homes/ObjectReference';
import { ReadyExpressionError } from '../kustomize/errors';

/** The HelmReleases that one depends on, with namespaces filled in. */
export function dependencyReferences({
  metadata,
  spec,
}: HelmRelease): ObjectReference[] {
  return (spec.dependsOn ?? []).map(({ name, namespace }) => ({
    kind: helmReleaseKind.kind,
    name,
    namespace: namespace ?? metadata.namespace ?? 'default',
  }));
}

/** Whether it is ready for its newest spec (helm-controller 1.6). */
export function isReady({ metadata, status }: HelmRelease): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    status?.conditions?.some(
      condition =>
        condition.type === ConditionType.Ready && condition.status === 'True',
    ) === true
  );
}

/**
 * Reads all dependencies from the home, never from a cache; gives the reason why the
 * first unmet one is unmet, or undefined. Where a dependency has an expression, that
 * alone decides, unless `additive`.
 *
 * @throws ReadyExpressionError
 */
export async function unmetDependency(options: {
  home: Pick<Home, 'read'>;
  object: HelmRelease;
  /** Reads an expression over `self` and `dep`; throws CelError. */
  compile: (text: string) => CelExpression;
  additive: boolean;
  signal: AbortSignal;
}): Promise<string | undefined> {
  const { home, object, signal } = options;
  const { apiVersion } = helmReleaseKind;
  for (const [i, reference] of dependencyReferences(object).entries()) {
    const { namespace, name } = reference;
    const dependency = await home.read<HelmRelease>(
      { ...reference, apiVersion },
      { signal },
    );
    if (!dependency) {
      return `unable to get '${namespace}/${name}' dependency: it does not exist`;
    }
    const described = `dependency '${namespace}/${name}' is not ready`;
    const { readyExpr } = object.spec.dependsOn![i];
    if (readyExpr) {
      const expression = compiled(readyExpr, name, options.compile);
      const problem = evaluate(expression, object, dependency);
      if (problem) {
        return `${described}${problem}`;
      }
    }
    if ((!readyExpr || options.additive) && !isReady(dependency)) {
      return described;
    }
  }
  return undefined;
}

function compiled(
  text: string,
  name: string,
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
function evaluate(
  expression: CelExpression,
  self: HelmRelease,
  dep: HelmRelease,
): string | undefined {
  try {
    return expression.evaluateBoolean({ self, dep })
      ? undefined
      : ' according to readyExpr eval';
  } catch (error) {
    assertError(error);
    return `: ${error.message}`;
  }
}

/**
 * The dependencies that lead from an object back to it, as `namespace/name`, the
 * object first and last; undefined where none do. Looks into the cache of the home.
 */
export function dependencyCycle(
  home: Pick<Home, 'cache'>,
  object: HelmRelease,
): string[] | undefined {
  const { namespace = 'default', name } = object.metadata;
  const start = `${namespace}/${name}`;
  const seen = new Set<string>();
  const pending = [{ path: [start], object }];
  for (let next = pending.shift(); next; next = pending.shift()) {
    for (const reference of dependencyReferences(next.object)) {
      const id = `${reference.namespace}/${reference.name}`;
      const path = [...next.path, id];
      if (id === start) {
        return path;
      }
      const found = home.cache.get(reference) as HelmRelease | undefined;
      if (found && !seen.has(id)) {
        seen.add(id);
        pending.push({ path, object: found });
      }
    }
  }
  return undefined;
}
