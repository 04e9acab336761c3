import { CompiledTemplate } from './compile/CompiledTemplate';
import type { ParsedTemplates } from './execute/TemplateSet';
import { BUILTINS } from './functions/builtins';
import { goQuote } from './format/quote';
import { isAlphaNumeric } from './lex/characters';
import { parseTrees } from './parse/parseTrees';
import { isExhausted, TemplateError } from './TemplateError';
import type { GoFunction } from './values/GoType';

/**
 * Parses texts for one set of functions. Make one and keep it: functions are
 * known to the closures that templates become.
 *
 * @public
 */
export class TemplateParser {
  private readonly functions: ReadonlyMap<string, GoFunction>;
  private readonly left: string;
  private readonly right: string;
  private readonly maxNesting: number;
  private readonly maxLength: number;

  constructor(
    options: {
      /** They hide builtin functions of the same name. */
      functions?: ReadonlyMap<string, GoFunction>;
      /** `{{` and `}}`. */
      delimiters?: { readonly left?: string; readonly right?: string };
      limits?: {
        /** Parentheses and blocks within each other; 1,000. */
        readonly nesting?: number;
        /** UTF-16 units of one text; 16 Mi. */
        readonly length?: number;
      };
    } = {},
  ) {
    for (const name of options.functions?.keys() ?? []) {
      if (!isName(name)) {
        throw new TemplateError({
          code: 'parse',
          problem: `function name ${goQuote(name)} is not a valid identifier`,
        });
      }
    }
    this.functions = new Map([...BUILTINS, ...(options.functions ?? [])]);
    this.left = options.delimiters?.left || '{{';
    this.right = options.delimiters?.right || '}}';
    this.maxNesting = options.limits?.nesting ?? 1000;
    this.maxLength = options.limits?.length ?? 16 * 1024 * 1024;
  }

  /**
   * The templates of a text, by name: the text itself, and those it defines.
   * Throws a {@link TemplateError} of code `parse` or `limit`.
   */
  parse(name: string, text: string): ParsedTemplates {
    if (text.length > this.maxLength) {
      throw new TemplateError({
        code: 'limit',
        file: name,
        problem: `the template is longer than ${this.maxLength}`,
      });
    }
    const source = { name, text };
    const trees = this.parseTrees(source);
    const templates = new Map<string, CompiledTemplate>();
    for (const [template, list] of trees) {
      templates.set(
        template,
        new CompiledTemplate({
          name: template,
          source,
          list,
          functions: this.functions,
        }),
      );
    }
    return { name, templates };
  }

  private parseTrees(source: { name: string; text: string }) {
    try {
      return parseTrees(source, {
        hasFunction: candidate => this.functions.has(candidate),
        left: this.left,
        right: this.right,
        maxNesting: this.maxNesting,
      });
    } catch (error) {
      if (!isExhausted(error)) {
        throw error;
      }
      throw new TemplateError({
        code: 'limit',
        file: source.name,
        problem: 'the template is nested too deeply',
        cause: error,
      });
    }
  }
}

function isName(name: string): boolean {
  return (
    name !== '' &&
    !/^\p{Nd}/u.test(name) &&
    Array.from(name).every(character =>
      isAlphaNumeric(character.codePointAt(0)!),
    )
  );
}
