import { ExecuteLimits, Run } from './execute/Run';
import type { TemplateSet } from './execute/TemplateSet';

/**
 * Executes a template of the set with the data as dot, and returns what it
 * writes. Throws a {@link TemplateError} of code `exec` or `limit`.
 *
 * @public
 */
export function executeTemplate(
  set: TemplateSet,
  name: string,
  data: unknown,
  options: {
    /** For functions with `needsRun`, as `run.environment`. */
    environment?: unknown;
    limits?: ExecuteLimits;
    signal?: AbortSignal;
  } = {},
): string {
  return new Run({ set, ...options }).execute(name, data);
}
