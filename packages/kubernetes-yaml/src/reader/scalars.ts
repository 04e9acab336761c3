import { JsonValue } from '../JsonValue';

/**
 * Which plain scalars mean what.
 *
 * - `yaml11`: go-yaml v2, which sigs.k8s.io/yaml, the API machinery, Helm's
 *   values and kustomization files use: `yes`, `on`, `y` are booleans,
 *   timestamps are strings.
 * - `go-yaml-v3`: what kustomize reads resources with: `yes` is a string,
 *   timestamps become RFC 3339 strings.
 *
 * @public
 */
export type YamlDialect = 'yaml11' | 'go-yaml-v3';

/**
 * A scalar whose spelling is not the canonical one (`1.50`, `0777`, `True`,
 * `~`, nothing at all, `2001-01-01`). Kept only on request: kustomize copies spellings around,
 * and resolves them when it writes.
 *
 * @public
 */
export class SpelledScalar {
  constructor(
    readonly text: string,
    readonly value: number | bigint | boolean | string | null,
  ) {}
}

/**
 * What a scalar without quotes is taken for.
 *
 * @public
 */
export type ScalarKind = 'null' | 'bool' | 'int' | 'float' | 'time' | 'str';

const TRUE = new Set(['true', 'True', 'TRUE']);
const FALSE = new Set(['false', 'False', 'FALSE']);
const TRUE_11 = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']);
const FALSE_11 = new Set(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF']);
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);
const NAN = new Set(['.nan', '.NaN', '.NAN']);
const INFINITY = new Set(['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']);
const NEGATIVE_INFINITY = new Set(['-.inf', '-.Inf', '-.INF']);

const DECIMAL = /^[-+]?(?:0|[1-9][0-9]*)$/;
const PREFIXED_INTEGER =
  /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const DOT_FLOAT = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const TIMESTAMP =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2}))| ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(\.[0-9]+)?)?$/;

// A longer one has more than 64 bits; to make it a `bigint` would take long.
const LONGEST_INTEGER = 24;
const MAX_UINT64 = 18446744073709551615n;
const MIN_INT64 = -9223372036854775808n;

/**
 * What a scalar without quotes stands for.
 *
 * @public
 */
export interface Resolved {
  kind: ScalarKind;
  value: number | bigint | boolean | string | null;
}

/**
 * Resolves a plain scalar as go-yaml does: a table for words, then integer,
 * then float; what is left is a string. Base-60 numbers are strings.
 *
 * @public
 */
export function resolvePlain(
  text: string,
  dialect: YamlDialect,
  exactIntegers = false,
): Resolved {
  const first = text.charCodeAt(0);
  const digit = first >= 0x30 && first <= 0x39;
  if (digit || first === 0x2b || first === 0x2d || first === 0x2e) {
    return resolveNumber(text, dialect, digit, exactIntegers);
  }
  // Only these first letters can begin a word with a meaning.
  if (text === '' || 'yYnNtTfFoO~'.includes(text[0])) {
    if (NULLS.has(text)) {
      return { kind: 'null', value: null };
    }
    if (TRUE.has(text) || (dialect === 'yaml11' && TRUE_11.has(text))) {
      return { kind: 'bool', value: true };
    }
    if (FALSE.has(text) || (dialect === 'yaml11' && FALSE_11.has(text))) {
      return { kind: 'bool', value: false };
    }
  }
  return { kind: 'str', value: text };
}

function resolveNumber(
  text: string,
  dialect: YamlDialect,
  digit: boolean,
  exactIntegers: boolean,
): Resolved {
  if (digit) {
    const time = resolveTimestamp(text, dialect);
    if (time !== undefined) {
      return time;
    }
  }
  if (NAN.has(text)) {
    return { kind: 'float', value: NaN };
  }
  if (INFINITY.has(text)) {
    return { kind: 'float', value: Infinity };
  }
  if (NEGATIVE_INFINITY.has(text)) {
    return { kind: 'float', value: -Infinity };
  }
  if (text[0] === '.') {
    return DOT_FLOAT.test(text) ? float(text, text) : string(text);
  }
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  if (DECIMAL.test(plain)) {
    if (plain.length <= 15) {
      return { kind: 'int', value: Number(plain) + 0 };
    }
    if (plain.length > LONGEST_INTEGER && !exactIntegers) {
      return float(plain, text);
    }
    return integer(BigInt(plain.replace(/^\+/, '')), plain, exactIntegers);
  }
  const prefixed = PREFIXED_INTEGER.exec(plain);
  if (prefixed) {
    const [, sign, hex, binary, octal] = prefixed;
    let size: bigint;
    if (hex !== undefined) {
      size = BigInt(`0x${hex}`);
    } else if (binary !== undefined) {
      size = BigInt(`0b${binary}`);
    } else {
      size = BigInt(`0o${octal}`);
    }
    return integer(sign === '-' ? -size : size, plain, exactIntegers);
  }
  return FLOAT.test(plain) ? float(plain, text) : string(text);
}

function integer(value: bigint, plain: string, exact: boolean): Resolved {
  if (!exact && (value > MAX_UINT64 || value < MIN_INT64)) {
    // Wider than 64 bits: go-yaml falls back to a float where it reads as one.
    return FLOAT.test(plain) ? float(plain, plain) : string(plain);
  }
  const narrow = Number(value);
  return {
    kind: 'int',
    value: Number.isSafeInteger(narrow) ? narrow : value,
  };
}

function float(plain: string, text: string): Resolved {
  const value = Number(plain);
  return Number.isFinite(value) ? { kind: 'float', value } : string(text);
}

function string(text: string): Resolved {
  return { kind: 'str', value: text };
}

function resolveTimestamp(
  text: string,
  dialect: YamlDialect,
): Resolved | undefined {
  if (text.length < 8 || text[4] !== '-') {
    return undefined;
  }
  const match = TIMESTAMP.exec(text);
  if (!match) {
    return undefined;
  }
  const [year, month, day] = [match[1], match[2], match[3]].map(Number);
  const hour = Number(match[4] ?? match[9] ?? 0);
  const minute = Number(match[5] ?? match[10] ?? 0);
  const second = Number(match[6] ?? match[11] ?? 0);
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > daysInMonth ||
    hour > 23 ||
    minute > 59 ||
    second > 59
  ) {
    return undefined;
  }
  if (dialect === 'yaml11') {
    return { kind: 'time', value: text };
  }
  const two = (part: number) => String(part).padStart(2, '0');
  const fraction = (match[7] ?? match[12] ?? '')
    .slice(0, 10)
    .replace(/\.?0+$/, '');
  const zone =
    match[8] === undefined || /^[-+]00:00$/.test(match[8]) ? 'Z' : match[8];
  return {
    kind: 'time',
    value: `${match[1]}-${two(month)}-${two(day)}T${two(hour)}:${two(
      minute,
    )}:${two(second)}${fraction}${zone}`,
  };
}

/**
 * True where the text, written without quotes, is read as a string: not as a
 * number, boolean, null or timestamp.
 *
 * @public
 */
export function isPlainString(text: string, dialect: YamlDialect): boolean {
  return resolvePlain(text, dialect).kind === 'str';
}

/**
 * What a text means as a scalar without quotes; spelled where its spelling is
 * not the canonical one.
 *
 * @public
 */
export function readPlainScalar(
  text: string,
  dialect: YamlDialect,
): string | number | bigint | boolean | null | SpelledScalar {
  const { value } = resolvePlain(text, dialect);
  return value !== text && needsSpelling(text, value)
    ? new SpelledScalar(text, value)
    : value;
}

/** True where the value's canonical text differs from the one given. */
export function needsSpelling(text: string, value: JsonValue): boolean {
  return String(value) !== text;
}
