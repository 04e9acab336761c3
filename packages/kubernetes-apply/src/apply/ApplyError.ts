import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ClusterError } from '../errors/ClusterError';
import { causeText } from '../errors/errors';
import { KubernetesApiError } from '../errors/KubernetesApiError';
import { maskSecretValues } from '../object/maskSecret';
import { formatChangeSet, type ChangeSet } from './ChangeSet';

/**
 * In what step an apply failed.
 *
 * @public
 */
export type ApplyPhase = 'check' | 'dry-run' | 'recreate' | 'apply' | 'wait';

/**
 * One object that could not be applied.
 *
 * @public
 */
export interface ApplyFailure {
  /** `Kind/namespace/name`. */
  subject: string;
  phase: ApplyPhase;
  /** Begins with the subject; values of Secrets are masked. */
  message: string;
  hint?: string;
  /**
   * The cause as an error of this package; for a Secret its own texts may
   * hold values, so that it is left out.
   */
  cause?: unknown;
}

/**
 * An apply that did not finish. `changeSet` tells what was done before; the
 * message is that of the first failure, followed by these changes (Flux 2.9).
 * Code `apply-failed`.
 *
 * @public
 */
export class ApplyError extends ClusterError {
  readonly code = 'apply-failed';
  readonly failures: readonly ApplyFailure[];
  readonly changeSet: ChangeSet;

  constructor(failures: readonly ApplyFailure[], changeSet: ChangeSet) {
    const [first, ...others] = failures;
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    const done = formatChangeSet(changeSet);
    super(`${first.message}${more}${done ? `\n${done}` : ''}`, {
      hint: first.hint,
      cause: first.cause,
    });
    this.failures = failures;
    this.changeSet = changeSet;
  }
}

export function failureOf(options: {
  object: KubernetesObject;
  phase: ApplyPhase;
  error: unknown;
}): ApplyFailure {
  const { object, phase, error } = options;
  const subject = nameOf(object);
  const isApiError = error instanceof KubernetesApiError;
  const reason = isApiError && error.reason ? ` (${error.reason})` : '';
  const said = isApiError ? error.apiMessage : causeText(error);
  const text = object?.kind ? maskSecretValues(said, object) : said;
  return {
    subject,
    phase,
    message: `${subject} ${phase} failed${reason}: ${text}`,
    ...(error instanceof ClusterError && error.hint
      ? { hint: error.hint }
      : {}),
    ...(object?.kind === 'Secret' ? {} : { cause: error }),
  };
}

/** Also for what lacks a kind or a name, which is why it failed. */
function nameOf(object: Partial<KubernetesObject> | undefined): string {
  const { namespace, name } = object?.metadata ?? {};
  return [object?.kind || 'object', namespace, name]
    .filter(part => typeof part === 'string' && part !== '')
    .join('/');
}
