import { SubstitutionError } from './SubstitutionError';

/** A variable with what is done to its value. */
export interface Expansion {
  variable: string;
  /** As written: `:=`, `#`, `##`, `^^`; empty for a bare variable. */
  operator: string;
  args: Part[];
}

/** Text stands for itself. */
export type Part = string | Expansion;

const MAX_DEPTH = 200;
const IDENTIFIER = /[\p{L}\p{Nd}_]+/uy;
const DEFAULT_SIGNS: ReadonlySet<string> = new Set(['=', '-', '?', '+']);

class TemplateParser {
  private pos = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  parse(): Part[] {
    const parts: Part[] = [];
    while (this.pos < this.text.length) {
      const literal = this.literal();
      if (literal) {
        parts.push(literal);
      }
      if (this.pos < this.text.length) {
        parts.push(this.expansion());
      }
    }
    return parts;
  }

  /** Up to the next variable. */
  private literal(): string {
    let literal = '';
    let start = this.pos;
    for (;;) {
      const dollar = this.text.indexOf('$', this.pos);
      const next = dollar < 0 ? '' : this.text[dollar + 1];
      if (dollar < 0 || next === '{') {
        this.pos = dollar < 0 ? this.text.length : dollar;
        return literal + this.text.slice(start, this.pos);
      }
      this.pos = dollar + 1;
      if (next === '$') {
        literal += this.text.slice(start, this.pos);
        this.pos += 1;
        start = this.pos;
      }
    }
  }

  private expansion(): Expansion {
    if (this.depth === MAX_DEPTH) {
      throw this.bad(`variables are nested more than ${MAX_DEPTH} times`);
    }
    this.depth += 1;
    const start = this.pos;
    this.pos += 2;
    const expansion =
      this.peek() === '#' ? this.length() : this.transformation(start);
    this.depth -= 1;
    return expansion;
  }

  private length(): Expansion {
    this.pos += 1;
    const variable = this.identifier();
    if (!variable) {
      throw this.bad('bad substitution');
    }
    this.close();
    return { variable, operator: '#', args: [] };
  }

  private transformation(start: number): Expansion {
    const variable = this.identifier();
    if (!variable) {
      throw this.bad('unable to parse variable name', start);
    }
    switch (this.peek()) {
      case ':':
        return DEFAULT_SIGNS.has(this.text[this.pos + 1])
          ? this.default(variable, 2)
          : this.substring(variable);
      case '=':
        return this.default(variable, 1);
      case ',':
      case '^': {
        const operator = this.operator(/[,^]{1,2}/y);
        this.close();
        return { variable, operator, args: [] };
      }
      case '/':
        return this.replacement(variable);
      case '#':
        return this.trimming(variable, /#{1,2}/y);
      case '%':
        return this.trimming(variable, /%{1,2}/y);
      case '}':
        this.pos += 1;
        return { variable, operator: '', args: [] };
      default:
        throw this.bad('missing closing brace', start);
    }
  }

  private default(variable: string, length: number): Expansion {
    const operator = this.text.slice(this.pos, this.pos + length);
    this.pos += length;
    const args: Part[] = [];
    while (this.peek() !== '}') {
      args.push(this.argument('}'));
    }
    this.pos += 1;
    return { variable, operator, args };
  }

  private substring(variable: string): Expansion {
    this.pos += 1;
    // In Flux a character beyond ASCII is never a position.
    if (!this.peek() || this.peek() > '\x7f') {
      throw this.bad('bad substitution');
    }
    const args = [this.argument(':}')];
    if (this.peek() === ':') {
      this.operator(/:+/y);
      args.push(this.argument('}'));
    }
    this.close();
    return { variable, operator: ':', args };
  }

  private trimming(variable: string, operators: RegExp): Expansion {
    const operator = this.operator(operators);
    const args = [this.argument('}')];
    this.close();
    return { variable, operator, args };
  }

  private replacement(variable: string): Expansion {
    const operator = this.operator(/\/[/#%]?/y);
    const args = [this.argument('/', true)];
    if (this.peek() !== '/') {
      throw this.bad('bad substitution');
    }
    this.operator(/\/+/y);
    if (this.peek() !== '}') {
      args.push(this.argument('}', true));
    }
    this.close();
    return { variable, operator, args };
  }

  /** One variable, or text up to one of some characters or to a variable. */
  private argument(ends: string, escapes = false): Part {
    if (this.text.startsWith('${', this.pos)) {
      return this.expansion();
    }
    let argument = '';
    while (
      this.pos < this.text.length &&
      !this.text.startsWith('${', this.pos)
    ) {
      if (
        escapes &&
        /[$]\$|\\[/\\]/y.test(this.text.slice(this.pos, this.pos + 2))
      ) {
        this.pos += 1;
      } else if (ends.includes(this.peek())) {
        break;
      }
      argument += this.peek();
      this.pos += 1;
    }
    if (!argument) {
      throw this.bad('unable to parse substitution within function');
    }
    return argument;
  }

  /** A character, or nothing at the end. */
  private peek(): string {
    return this.text[this.pos] ?? '';
  }

  private identifier(): string {
    return this.operator(IDENTIFIER);
  }

  private operator(expected: RegExp): string {
    expected.lastIndex = this.pos;
    const found = expected.exec(this.text)?.[0] ?? '';
    this.pos += found.length;
    return found;
  }

  private close(): void {
    if (this.peek() !== '}') {
      throw this.bad('bad substitution');
    }
    this.pos += 1;
  }

  private bad(problem: string, at = this.pos): SubstitutionError {
    const line = this.text.slice(0, at).split('\n').length;
    return new SubstitutionError(
      `${problem} (line ${line}); write $\${ for a \${ that is meant as it is`,
    );
  }
}

/**
 * Reads the variables of a text: the grammar of Flux's envsubst (fluxcd/pkg
 * envsubst 1.x, a fork of drone/envsubst), which is narrower than that of shells.
 * Only `${` begins a variable, and `$$` is a dollar.
 *
 * @throws SubstitutionError with Flux's words
 */
export function parseTemplate(text: string): Part[] {
  return new TemplateParser(text).parse();
}
