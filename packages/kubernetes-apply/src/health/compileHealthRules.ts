import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { CelError } from '../cel/CelError';
import type { CelExpression } from '../cel/CelExpression';
import { compileExpression } from '../cel/compileExpression';
import { ClusterError } from '../errors/ClusterError';
import { groupOf } from '../object/metadata';
import { conditionsOf, numberAt } from './fields';
import { unknown, type Health, type HealthRule } from './HealthStatus';

/**
 * How the health of a kind is told, an entry of `spec.healthCheckExprs` of a
 * Kustomization or HelmRelease. The fields of the object (`metadata`, `spec`,
 * `status`, …) are the variables of the expressions.
 *
 * @public
 */
export interface HealthCheckExpression {
  /** Gives the API group; its version does not matter. */
  apiVersion: string;
  /** Left out or empty: all kinds of the group. */
  kind?: string;
  /** True where the object is as it should be. */
  current: string;
  /** True where it is on its way. */
  inProgress?: string;
  /** True where it will never get there; ends a wait at once. */
  failed?: string;
}

/**
 * An entry of `healthCheckExprs` that is of no use, `index` from 0: an
 * expression that cannot be read (then `cause` is a `CelError`), none for
 * `current`, or a kind that is there twice. Code `invalid-health-rule`.
 *
 * @public
 */
export class HealthRuleError extends ClusterError {
  readonly code = 'invalid-health-rule';
  readonly index: number;

  constructor(options: { index: number; detail: string; cause?: unknown }) {
    super(options.detail, {
      hint: 'correct spec.healthCheckExprs',
      cause: options.cause,
    });
    this.index = options.index;
  }
}

/** @public */
export interface CompileHealthRulesOptions {
  /** Such as the `compile` of a `CelExpressionCache`. */
  compile?: (text: string) => CelExpression;
}

/**
 * Makes rules for `healthOf`, `watchHealth` and `waitForHealth` of
 * expressions, as Flux 2.9 evaluates them (fluxcd/pkg runtime/cel):
 *
 * 1. An older `status.observedGeneration` means `InProgress`.
 * 2. `inProgress`, `failed` and `current` are asked in this order; the first
 *    that is true decides.
 * 3. Otherwise the object is `InProgress`.
 *
 * Where an expression cannot be evaluated, as for a field that is not there
 * yet, the object is `Unknown` with the error as its message: neither healthy
 * nor failed, so that a wait goes on.
 *
 * @throws HealthRuleError
 * @public
 */
export function compileHealthRules(
  expressions: readonly HealthCheckExpression[],
  options: CompileHealthRulesOptions = {},
): HealthRule[] {
  const compile = options.compile ?? (text => compileExpression(text));
  const seen = new Set<string>();
  return expressions.map((check, index) => {
    const group = groupOf(check.apiVersion);
    const kind = check.kind ?? '';
    const groupKind = group ? `${kind}.${group}` : kind;
    if (seen.has(groupKind)) {
      throw new HealthRuleError({
        index,
        detail: `duplicate custom health check for GroupKind ${groupKind} at healthchecks[${index}]`,
      });
    }
    seen.add(groupKind);
    const parse = (name: string, text: string | undefined) =>
      text ? compileAt(index, name, () => compile(text)) : undefined;
    const current = parse('Current', check.current);
    if (!current) {
      throw evaluatorError(index, 'expression Current not specified');
    }
    const failed = parse('Failed', check.failed);
    const inProgress = parse('InProgress', check.inProgress);
    return {
      apiVersion: check.apiVersion,
      kind,
      evaluate: object => evaluate(object, { current, failed, inProgress }),
    };
  });
}

function compileAt(
  index: number,
  name: string,
  compile: () => CelExpression,
): CelExpression {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw evaluatorError(
      index,
      `failed to parse the expression ${name}: ${error.message}`,
      error,
    );
  }
}

function evaluatorError(index: number, detail: string, cause?: unknown) {
  return new HealthRuleError({
    index,
    detail: `failed to create custom status evaluator for healthchecks[${index}]: ${detail}`,
    cause,
  });
}

function evaluate(
  object: KubernetesObject,
  expressions: {
    current: CelExpression;
    failed?: CelExpression;
    inProgress?: CelExpression;
  },
): Health {
  const { current, failed, inProgress } = expressions;
  const observed = numberAt(object, 'status', 'observedGeneration');
  const generation = numberAt(object, 'metadata', 'generation');
  const isOld =
    observed !== undefined &&
    generation !== undefined &&
    observed !== generation;
  if (isOld) return { status: 'InProgress', message: readyMessage(object) };
  // Every plain object is a record of its fields.
  const data = object as unknown as Readonly<Record<string, unknown>>;
  try {
    for (const [expression, status] of [
      [inProgress, 'InProgress'],
      [failed, 'Failed'],
      [current, 'Current'],
    ] as const) {
      if (expression?.evaluateBoolean(data)) {
        return { status, message: readyMessage(object) };
      }
    }
  } catch (error) {
    if (error instanceof CelError) return unknown(error.message);
    throw error;
  }
  return { status: 'InProgress', message: readyMessage(object) };
}

/** Expressions give no message; what the object says of itself may help. */
function readyMessage(object: KubernetesObject): string {
  const ready = conditionsOf(object).find(({ type }) => type === 'Ready');
  return ready?.message ?? '';
}
