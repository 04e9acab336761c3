import { executeTemplate } from '../executeTemplate';
import type { ExecuteLimits } from '../execute/Run';
import { MissingKey, TemplateSet } from '../execute/TemplateSet';
import { TemplateParser } from '../TemplateParser';
import { TemplateError } from '../TemplateError';
import type { GoFunction } from '../values/GoType';

export interface RenderOptions {
  data?: unknown;
  functions?: Readonly<Record<string, GoFunction>>;
  missingKey?: MissingKey;
  limits?: ExecuteLimits;
  /** Further texts, by name. */
  others?: Readonly<Record<string, string>>;
}

/** Renders a text of the name `t`. */
export function render(text: string, options: RenderOptions = {}): string {
  const { data, missingKey, limits, others = {} } = options;
  const parser = new TemplateParser({
    functions: new Map(Object.entries(options.functions ?? {})),
  });
  const set = new TemplateSet({ missingKey });
  for (const [name, other] of Object.entries(others)) {
    set.add(parser.parse(name, other));
  }
  set.add(parser.parse('t', text));
  return executeTemplate(set, 't', data, { limits });
}

/** The error of a text that cannot be rendered. */
export function failure(text: string, options?: RenderOptions): TemplateError {
  let output: string;
  try {
    output = render(text, options);
  } catch (error) {
    if (error instanceof TemplateError) {
      return error;
    }
    throw error;
  }
  throw new Error(`an error was expected, not ${JSON.stringify(output)}`);
}
