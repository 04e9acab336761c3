import { Failure } from '../CelError';
import { expandMacro } from './macros';
import type { BinaryOperator, ListNode, MapNode, Node } from './Node';
import { MAX_INT, tokenize, type Token } from './tokenize';

/** As cel-go's parser. */
const MAX_LENGTH = 100_000;
const MAX_DEPTH = 250;

/** Words that no variable may have for its name (they may be fields). */
const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const RELATIONS = ['==', '!=', '<', '<=', '>', '>=', 'in'];
const SUMS = ['+', '-'];
const PRODUCTS = ['*', '/', '%'];

class Parser {
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  parse(): Node {
    const node = this.#expression();
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return node;
  }

  get #token(): Token {
    return this.#tokens[this.#next];
  }

  #is(...symbols: string[]): boolean {
    const { kind, text } = this.#token;
    return kind === 'symbol' && symbols.includes(text);
  }

  #accept(...symbols: string[]): Token | undefined {
    if (!this.#is(...symbols)) return undefined;
    this.#next += 1;
    return this.#tokens[this.#next - 1];
  }

  #expect(symbol: string): void {
    if (!this.#accept(symbol)) throw this.#unexpected(symbol);
  }

  #unexpected(wanted?: string): Failure {
    const { text, at, kind } = this.#token;
    const found = kind === 'literal' ? text || 'a text' : text;
    return new Failure(
      `unexpected ${found}${wanted ? `, expected ${wanted}` : ''}`,
      at,
    );
  }

  /** Runs one level deeper; levels are few, since evaluation recurses, too. */
  #deeper<T>(work: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      throw new Failure('it is nested too deeply', this.#token.at);
    }
    const result = work();
    this.#depth -= 1;
    return result;
  }

  #expression(): Node {
    return this.#deeper(() => {
      const condition = this.#chain('or', '||', () =>
        this.#chain('and', '&&', () => this.#binary(0)),
      );
      const question = this.#accept('?');
      if (!question) return condition;
      const yes = this.#chain('or', '||', () =>
        this.#chain('and', '&&', () => this.#binary(0)),
      );
      this.#expect(':');
      const no = this.#expression();
      return { kind: 'conditional', condition, yes, no, at: question.at };
    });
  }

  #chain(kind: 'and' | 'or', symbol: string, operand: () => Node): Node {
    const { at } = this.#token;
    const args = [operand()];
    while (this.#accept(symbol)) args.push(operand());
    return args.length === 1 ? args[0] : { kind, args, at };
  }

  /** Relations, then sums, then products; all from left to right. */
  #binary(level: number): Node {
    const symbols = [RELATIONS, SUMS, PRODUCTS][level];
    if (!symbols) return this.#unary();
    let left = this.#binary(level + 1);
    const depth = this.#depth;
    for (;;) {
      const operator = this.#accept(...symbols);
      if (!operator) break;
      this.#depth += 1;
      if (this.#depth > MAX_DEPTH) {
        throw new Failure('it is nested too deeply', operator.at);
      }
      const right = this.#binary(level + 1);
      left = {
        kind: 'operator',
        operator: operator.text as BinaryOperator,
        args: [left, right],
        at: operator.at,
      };
    }
    this.#depth = depth;
    return left;
  }

  #unary(): Node {
    const operator = this.#accept('!', '-');
    if (!operator) return this.#member(this.#primary());
    const { literal } = this.#token;
    if (operator.text === '-' && literal && this.#token.text) {
      if (literal.type === 'int' || literal.type === 'double') {
        this.#next += 1;
        const negative =
          literal.type === 'int'
            ? { type: literal.type, value: -literal.value }
            : { type: literal.type, value: -literal.value };
        return this.#member({
          kind: 'literal',
          literal: negative,
          at: operator.at,
        });
      }
    }
    const operand = this.#deeper(() => this.#unary());
    return {
      kind: 'operator',
      operator: operator.text === '!' ? '!_' : '-_',
      args: [operand],
      at: operator.at,
    };
  }

  #member(start: Node): Node {
    let node = start;
    const depth = this.#depth;
    for (;;) {
      const symbol = this.#accept('.', '[');
      if (!symbol) break;
      this.#depth += 1;
      if (this.#depth > MAX_DEPTH) {
        throw new Failure('it is nested too deeply', symbol.at);
      }
      const optional = this.#accept('?') !== undefined;
      node =
        symbol.text === '.'
          ? this.#selection(node, symbol.at, optional)
          : this.#index(node, symbol.at, optional);
    }
    this.#depth = depth;
    return node;
  }

  #selection(operand: Node, at: number, optional: boolean): Node {
    const field = this.#name();
    if (!optional && this.#accept('(')) {
      const args = this.#arguments(')');
      return expandMacro({
        kind: 'call',
        target: operand,
        name: field,
        args,
        at,
      });
    }
    return { kind: 'select', operand, field, optional, at };
  }

  #index(operand: Node, at: number, optional: boolean): Node {
    const index = this.#expression();
    this.#expect(']');
    return { kind: 'index', operand, index, optional, at };
  }

  #name(): string {
    const { kind, text } = this.#token;
    if (kind !== 'name') throw this.#unexpected('a name');
    this.#next += 1;
    return text;
  }

  #primary(): Node {
    const { kind, text, literal, at } = this.#token;
    if (literal) {
      // Read for the sake of -2^63, whose minus is not one of two operands.
      if (literal.type === 'int' && literal.value > MAX_INT) {
        throw new Failure('invalid int literal', at);
      }
      this.#next += 1;
      return { kind: 'literal', literal, at };
    }
    if (this.#accept('(')) {
      const node = this.#expression();
      this.#expect(')');
      return node;
    }
    if (this.#accept('[')) return this.#list(at);
    if (this.#accept('{')) return this.#map(at);
    // A leading dot means the outermost scope, which is the only one.
    this.#accept('.');
    if (this.#token.kind !== 'name') throw this.#unexpected();
    if (kind === 'name' && RESERVED.has(text)) {
      throw new Failure(`reserved identifier: ${text}`, at);
    }
    const name = this.#name();
    if (!this.#accept('(')) return { kind: 'name', name, at };
    return expandMacro({ kind: 'call', name, args: this.#arguments(')'), at });
  }

  #arguments(closing: string): Node[] {
    const args: Node[] = [];
    if (this.#accept(closing)) return args;
    do args.push(this.#expression());
    while (this.#accept(','));
    this.#expect(closing);
    return args;
  }

  #list(at: number): Node {
    const items: ListNode['items'] = [];
    while (!this.#is(']')) {
      const optional = this.#accept('?') !== undefined;
      items.push({ node: this.#expression(), optional });
      if (!this.#accept(',')) break;
    }
    this.#expect(']');
    return { kind: 'list', items, at };
  }

  #map(at: number): Node {
    const entries: MapNode['entries'] = [];
    while (!this.#is('}')) {
      const optional = this.#accept('?') !== undefined;
      const key = this.#expression();
      this.#expect(':');
      entries.push({ key, value: this.#expression(), optional });
      if (!this.#accept(',')) break;
    }
    this.#expect('}');
    return { kind: 'map', entries, at };
  }
}

/** @throws Failure with the offset of what cannot be read */
export function parse(text: string): Node {
  if (text.length > MAX_LENGTH) throw new Failure('it is too long');
  return new Parser(tokenize(text)).parse();
}
