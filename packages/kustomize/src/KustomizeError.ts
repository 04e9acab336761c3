/**
 * What went wrong in a build. Codes are stable.
 *
 * - `not-found`: a file or directory does not exist
 * - `not-a-directory`, `not-a-file`: it is the other thing
 * - `outside-root`: a path (or a link) leaves what may be read
 * - `cycle`: a directory is built while it is being built
 * - `invalid-kustomization`: a kustomization file has wrong fields or values
 * - `invalid-yaml`: a file is not YAML
 * - `invalid-resource`: a document is no Kubernetes object
 * - `duplicate-id`: two objects have the same id
 * - `conflict`: a generator, transformer or variable contradicts another
 * - `no-match`: what a patch, replacement or replica count is for is missing
 * - `ambiguous`: it is there more than once
 * - `invalid-patch`: a patch cannot be read or applied
 * - `wrong-type`: a field holds another type than a rule needs
 * - `unsupported`: plugins and functions that run programs
 * - `remote`: a URL, where no loader of remote files is given
 * - `limit`: something is larger, deeper or more than the limits allow
 * - `helm`: Helm charts, where no renderer is given
 *
 * @public
 */
export type KustomizeErrorCode =
  | 'not-found'
  | 'not-a-directory'
  | 'not-a-file'
  | 'outside-root'
  | 'cycle'
  | 'invalid-kustomization'
  | 'invalid-yaml'
  | 'invalid-resource'
  | 'duplicate-id'
  | 'conflict'
  | 'no-match'
  | 'ambiguous'
  | 'invalid-patch'
  | 'wrong-type'
  | 'unsupported'
  | 'remote'
  | 'limit'
  | 'helm';

/**
 * A build that failed. `trail` lists, from the outside in, what was being done
 * (such as `accumulating resources`); `file`, `field` and `object` are set
 * where they are known. Messages hold no values of Secrets.
 *
 * @public
 */
export class KustomizeError extends Error {
  readonly code: KustomizeErrorCode;
  readonly problem: string;
  readonly file?: string;
  readonly field?: string;
  readonly object?: string;
  readonly hint?: string;
  readonly trail: readonly string[];

  constructor(options: {
    code: KustomizeErrorCode;
    problem: string;
    file?: string;
    field?: string;
    object?: string;
    hint?: string;
    trail?: readonly string[];
    cause?: unknown;
  }) {
    const { hint } = options;
    const problem = shorten(options.problem);
    const file = shorten(options.file);
    const field = shorten(options.field);
    const object = shorten(options.object);
    const trail = (options.trail ?? []).map(step => shorten(step));
    const place = [
      file !== undefined && `file ${file}`,
      field !== undefined && `field ${field}`,
      object !== undefined && `object ${object}`,
    ].filter(Boolean);
    super(
      [
        ...trail,
        `${problem}${place.length > 0 ? ` [${place.join(', ')}]` : ''}${
          hint ? ` (${hint})` : ''
        }`,
      ].join(': '),
      { cause: options.cause },
    );
    this.name = 'KustomizeError';
    this.code = options.code;
    this.problem = problem;
    this.file = file;
    this.field = field;
    this.object = object;
    this.hint = hint;
    this.trail = trail;
  }

  /** The same error with what is known further out. */
  within(context: {
    doing?: string;
    file?: string;
    field?: string;
    object?: string;
  }): KustomizeError {
    return new KustomizeError({
      code: this.code,
      problem: this.problem,
      file: this.file ?? context.file,
      field: this.field ?? context.field,
      object: this.object ?? context.object,
      hint: this.hint,
      trail: context.doing ? [context.doing, ...this.trail] : this.trail,
      cause: this.cause,
    });
  }
}

const LONGEST = 400;

/** What hostile input makes long says nothing more at its end. */
function shorten<T extends string | undefined>(text: T): T {
  return text === undefined || text.length <= LONGEST
    ? text
    : (`${text.slice(0, LONGEST)}...` as T);
}

/** Runs an action, and adds the context to whatever typed error it throws. */
export function within<T>(
  context: Parameters<KustomizeError['within']>[0],
  action: () => T,
): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof KustomizeError ? error.within(context) : error;
  }
}
