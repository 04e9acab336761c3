/**
 * What is wrong with a text. Codes are stable.
 *
 * - `syntax`: not YAML (or JSON)
 * - `duplicate-key`: a mapping has a key twice
 * - `alias`: unknown anchor, an anchor that contains itself
 * - `limit`: too deep, or aliases expand to too much
 * - `key`: a mapping key that cannot become a JSON key
 * - `tag`: a value that does not fit its explicit tag
 * - `not-representable`: a value JSON has no form for (infinity, NaN)
 * - `not-an-object`: a document that is not a Kubernetes object
 * - `too-large`: the text is longer than the caller allows
 *
 * @public
 */
export type YamlErrorCode =
  | 'syntax'
  | 'duplicate-key'
  | 'alias'
  | 'limit'
  | 'key'
  | 'tag'
  | 'not-representable'
  | 'not-an-object'
  | 'too-large';

/**
 * A text that cannot be read as YAML, or a value that cannot be written.
 * `line` and `column` count from 1. The message never quotes values, since
 * they may be secret.
 *
 * @public
 */
export class YamlError extends Error {
  readonly code: YamlErrorCode;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
  /** The message without the position. */
  readonly problem: string;

  constructor(options: {
    code: YamlErrorCode;
    problem: string;
    file?: string;
    line?: number;
    column?: number;
    hint?: string;
  }) {
    const place = [options.file, options.line, options.column]
      .filter(part => part !== undefined)
      .join(':');
    super(
      `${place ? `${place}: ` : ''}${options.problem}${
        options.hint ? ` (${options.hint})` : ''
      }`,
    );
    this.name = 'YamlError';
    this.code = options.code;
    this.problem = options.problem;
    this.file = options.file;
    this.line = options.line;
    this.column = options.column;
    this.hint = options.hint;
  }
}
