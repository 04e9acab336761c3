/**
 * Why a template was not parsed or executed. Codes are stable.
 *
 * - `parse`: the text is no template
 * - `exec`: the template ran into an error
 * - `limit`: it needed more time, output, depth or nesting than is allowed
 *
 * @public
 */
export type TemplateErrorCode = 'parse' | 'exec' | 'limit';

/**
 * A template that could not be parsed or executed. The message has the form
 * people know from Go: `template: NAME:LINE:COLUMN: executing "NAME" at
 * <EXPRESSION>: PROBLEM`, parse errors have no column. Columns count bytes
 * from 0.
 *
 * @public
 */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;
  /** The file in which the error is. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The template (of a `define`, or the file) that was executed. */
  readonly template?: string;
  /** The expression that failed, as it would be written. */
  readonly expression?: string;
  /** The message without the place. */
  readonly problem: string;

  constructor(options: {
    code: TemplateErrorCode;
    problem: string;
    file?: string;
    line?: number;
    column?: number;
    template?: string;
    /** The quoted name of the template, as it stands in the message. */
    quotedTemplate?: string;
    expression?: string;
    cause?: unknown;
  }) {
    const { code, problem, file, line, column, template, expression } = options;
    const place = [file, line, column].filter(part => part !== undefined);
    super(
      [
        'template',
        ...(place.length > 0 ? [place.join(':')] : []),
        ...(expression !== undefined
          ? [
              `executing ${
                options.quotedTemplate ?? `"${template}"`
              } at <${expression}>`,
            ]
          : []),
        problem,
      ].join(': '),
      { cause: options.cause },
    );
    this.name = 'TemplateError';
    this.code = code;
    this.problem = problem;
    this.file = file;
    this.line = line;
    this.column = column;
    this.template = template;
    this.expression = expression;
  }
}

/**
 * Whether JavaScript itself gave up: stack or string too long. No regular
 * expression here: at the end of the stack it cannot be compiled, which is an
 * error of a third kind.
 */
export function isExhausted(error: unknown): error is Error {
  // By name: the error may come from another realm.
  const { name, message } = (error ?? {}) as Partial<Error>;
  const text = String(message);
  return (
    (name === 'RangeError' &&
      (text.includes('call stack') ||
        text.includes('string length') ||
        text.includes('array length') ||
        text.includes('BigInt'))) ||
    (name === 'SyntaxError' && text.endsWith('Stack overflow'))
  );
}
