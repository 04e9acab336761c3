import { goInt64, goQuote } from '@backstage-gitops/go-template';
import {
  END,
  isDigit,
  isHex,
  quoteChar,
  TomlProblem,
  TomlSource,
} from './TomlSource';

/** A number or date, before it is one. */
export interface NumberText {
  readonly kind: 'integer' | 'float' | 'datetime';
  readonly text: string;
  readonly line: number;
}

/** Makes a time of a date, in whatever form; undefined for what is none. */
export type ReadTime = (text: string) => unknown;

const FLOAT = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const SPECIAL = /^[-+]?(?:nan|inf)$/;
const MAX_INT64 = 2n ** 63n;

const isBinary = (code: number) => code === 0x30 || code === 0x31;
const isOctal = (code: number) => code >= 0x30 && code <= 0x37;
const BASES: ReadonlyMap<string, readonly [string, (code: number) => boolean]> =
  new Map([
    ['b', ['a binary', isBinary]],
    ['o', ['an octal', isOctal]],
    ['x', ['a hexadecimal', isHex]],
  ]);

function taken(source: TomlSource, kind: NumberText['kind']): NumberText {
  const text = source.current;
  const { line } = source;
  source.ignore();
  return { kind, text: kind === 'datetime' ? text.trim() : text, line };
}

function charOf(code: number): string {
  return code === END ? '\0' : String.fromCodePoint(code);
}

/** Takes characters while they are digits or among others. */
function takeWhile(
  source: TomlSource,
  isWanted: (code: number) => boolean,
): number {
  let code = source.next();
  while (isWanted(code)) {
    code = source.next();
  }
  return code;
}

function takeFloat(source: TomlSource): NumberText {
  takeWhile(source, code => isDigit(code) || '_.-+eE'.includes(charOf(code)));
  source.backup();
  return taken(source, 'float');
}

function takeDecimal(source: TomlSource): NumberText {
  const code = takeWhile(source, each => isDigit(each) || each === 0x5f);
  if ('.eE'.includes(charOf(code))) {
    return takeFloat(source);
  }
  source.backup();
  return taken(source, 'integer');
}

function takeNumberOrDate(source: TomlSource): NumberText {
  const char = charOf(takeWhile(source, isDigit));
  switch (char) {
    case '-':
    case ':':
      takeWhile(
        source,
        code => isDigit(code) || '-:Tt .Zz+'.includes(charOf(code)),
      );
      source.backup();
      return taken(source, 'datetime');
    case '_':
      return takeDecimal(source);
    case '.':
    case 'e':
    case 'E':
      return takeFloat(source);
    default:
      source.backup();
      return taken(source, 'integer');
  }
}

/** What begins with a digit: a number or a date. */
export function readNumber(source: TomlSource): NumberText {
  if (source.next() !== 0x30) {
    return takeNumberOrDate(source);
  }
  const code = source.next();
  const char = charOf(code);
  const base = BASES.get(char);
  if (base !== undefined) {
    const [name, isWanted] = base;
    const first = source.peek();
    if (!isWanted(first)) {
      throw source.problem(
        `not ${name} number: '${source.current}${charOf(first)}'`,
      );
    }
    takeWhile(source, each => isWanted(each) || each === 0x5f);
    source.backup();
    return taken(source, 'integer');
  }
  if (isDigit(code)) {
    return takeNumberOrDate(source);
  }
  if (char === '_') {
    return takeDecimal(source);
  }
  if ('.eE'.includes(char)) {
    return takeFloat(source);
  }
  source.backup();
  return taken(source, 'integer');
}

/** What follows a sign. */
export function readSigned(source: TomlSource): NumberText {
  const code = source.next();
  const char = charOf(code);
  if (char === 'i' || char === 'n') {
    const rest = char === 'i' ? 'nf' : 'an';
    if (!source.accept(rest[0]) || !source.accept(rest[1])) {
      throw source.problem(`invalid float: '${source.current}'`);
    }
    return taken(source, 'float');
  }
  if (char === '0') {
    const base = charOf(source.peek());
    if ('box'.includes(base)) {
      throw source.problem(
        `cannot use sign with non-decimal numbers: '${source.current}${base}'`,
      );
    }
  } else if (char === '.') {
    throw source.problem("floats must start with a digit, not '.'");
  }
  if (!isDigit(code)) {
    throw source.problem(`expected a digit but got ${quoteChar(code)}`);
  }
  return takeDecimal(source);
}

/** An `int64`. */
function integerOf({ text, line }: NumberText): unknown {
  if (!underscoresFit(text)) {
    throw new TomlProblem(
      `Invalid integer ${goQuote(text)}: underscores must be surrounded by digits`,
      line,
    );
  }
  if (hasLeadingZero(text)) {
    throw new TomlProblem(
      `Invalid integer ${goQuote(text)}: cannot have leading zeroes`,
      line,
    );
  }
  const digits = text.replaceAll('_', '').replace('+', '');
  const value = digits[0] === '-' ? -BigInt(digits.slice(1)) : BigInt(digits);
  if (value >= MAX_INT64 || value < -MAX_INT64) {
    throw new TomlProblem(`${text} is out of range for int64`, line);
  }
  return goInt64(value);
}

export function floatOf({ text, line }: NumberText): number {
  const invalid = (reason: string) =>
    new TomlProblem(`Invalid float ${goQuote(text)}: ${reason}`, line);
  const parts = text.split(/[.eE]/).filter(Boolean);
  if (!parts.every(underscoresFit)) {
    throw invalid('underscores must be surrounded by digits');
  }
  if (parts.length > 0 && hasLeadingZero(parts[0])) {
    throw invalid('cannot have leading zeroes');
  }
  if (/\.(?![0-9])/.test(text)) {
    throw invalid("'.' must be followed by one or more digits");
  }
  if (SPECIAL.test(text)) {
    return text.endsWith('nan') ? NaN : Number(text.replace('inf', 'Infinity'));
  }
  const digits = text.replaceAll('_', '');
  if (!FLOAT.test(digits)) {
    throw new TomlProblem(`Invalid float value: ${goQuote(text)}`, line);
  }
  const value = Number(digits);
  if (!Number.isFinite(value)) {
    throw new TomlProblem(`${text} is out of range for float64`, line);
  }
  return value;
}

function hasLeadingZero(text: string): boolean {
  return /^0[^box]/.test(text) || /^[-+]0./.test(text);
}

/** Whether every underscore stands between digits, of whatever base. */
function underscoresFit(text: string): boolean {
  if (SPECIAL.test(text)) {
    return true;
  }
  let fits = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '_' && !fits) {
      return false;
    }
    fits = isHex(text.charCodeAt(i));
  }
  return fits;
}

/** An `int64`, a float or a time. */
export function numberValue(number: NumberText, readTime: ReadTime): unknown {
  switch (number.kind) {
    case 'integer':
      return integerOf(number);
    case 'float':
      return floatOf(number);
    default: {
      const text = number.text.replaceAll('z', 'Z').replace(/[t ]/g, 'T');
      const time = readTime(text);
      if (time === undefined) {
        throw new TomlProblem(
          `invalid datetime: ${goQuote(text)}`,
          number.line,
        );
      }
      return time;
    }
  }
}
