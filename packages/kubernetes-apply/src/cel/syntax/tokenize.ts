import { Failure } from '../CelError';
import type { Literal } from './Node';
import { readQuoted } from './quoted';

export interface Token {
  kind: 'name' | 'literal' | 'symbol' | 'end';
  /** The name or symbol. */
  text: string;
  literal?: Literal;
  at: number;
}

const SPACE = /[\t\n\f\r ]+|\/\/[^\n]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER =
  /0[xX][0-9a-fA-F]+[uU]?|(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)|[0-9]+[uU]?/y;
const SYMBOL = /&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}]/y;
const QUOTE = /[bB]?[rR]?("""|'''|"|')/y;

export const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

/** @throws Failure with the offset of what cannot be read */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space) {
      at += space.length;
      continue;
    }
    const quote = match(QUOTE);
    if (quote) {
      const { literal, end } = readQuoted(text, at, quote);
      tokens.push({ kind: 'literal', text: '', literal, at });
      at = end;
      continue;
    }
    const name = match(NAME);
    if (name) {
      tokens.push(wordToken(name, at));
      at += name.length;
      continue;
    }
    const number = match(NUMBER);
    if (number) {
      // A minus is an operator here; the parser makes -2^63 of the two.
      const literal = readNumber(number, at, isNegated(tokens));
      tokens.push({ kind: 'literal', text: number, literal, at });
      at += number.length;
      continue;
    }
    const symbol = match(SYMBOL);
    if (!symbol) {
      throw new Failure(
        `unexpected character ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))}`,
        at,
      );
    }
    tokens.push({ kind: 'symbol', text: symbol, at });
    at += symbol.length;
  }
  tokens.push({ kind: 'end', text: 'the end', at });
  return tokens;
}

const WORDS: Record<string, Literal> = {
  true: { type: 'bool', value: true },
  false: { type: 'bool', value: false },
  null: { type: 'null' },
};

function wordToken(name: string, at: number): Token {
  const literal = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (literal) return { kind: 'literal', text: name, literal, at };
  return { kind: name === 'in' ? 'symbol' : 'name', text: name, at };
}

/** The only int that needs its sign to be one. */
function isNegated(tokens: Token[]): boolean {
  const last = tokens[tokens.length - 1];
  return last?.kind === 'symbol' && last.text === '-';
}

function readNumber(text: string, at: number, negated: boolean): Literal {
  const isUint = /[uU]$/.test(text);
  const digits = isUint ? text.slice(0, -1) : text;
  const isHex = /^0[xX]/.test(digits);
  if (!isHex && /[.eE]/.test(digits)) {
    return { type: 'double', value: Number(digits) };
  }
  const value = BigInt(digits);
  if (isUint) {
    if (value > MAX_UINT) throw new Failure('invalid uint literal', at);
    return { type: 'uint', value };
  }
  if (value > (negated ? MAX_INT + 1n : MAX_INT)) {
    throw new Failure('invalid int literal', at);
  }
  return { type: 'int', value };
}
