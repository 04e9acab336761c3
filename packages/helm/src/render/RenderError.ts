import { HelmError } from '../HelmError';

/**
 * Why a chart was not rendered. Codes are stable.
 *
 * - `template-syntax`: a template cannot be parsed
 * - `template-failed`: a template ran into an error
 * - `chart-refused`: a template refused to go on, by `fail` or `required`
 * - `lookup-failed`: what a template looks up could not be fetched
 * - `limit`: templates need more time, output, nesting or lookups than is allowed
 *
 * @public
 */
export type RenderErrorCode =
  | 'template-syntax'
  | 'template-failed'
  | 'chart-refused'
  | 'lookup-failed'
  | 'limit';

/**
 * A chart that cannot be rendered. The message has the form of Helm 4: a trace
 * over several lines, or `execution error at (FILE:LINE:COLUMN): MESSAGE` where
 * the chart itself refuses. `file` is the template that was being rendered, by
 * its full name.
 *
 * @public
 */
export class RenderError extends HelmError {
  constructor(
    readonly code: RenderErrorCode,
    message: string,
    options: {
      file?: string;
      /** From 1, in the template that was being rendered. */
      line?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, options);
    this.line = options.line;
  }

  readonly line?: number;
}
