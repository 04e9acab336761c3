import type { Budget } from '../Budget';
import { Failure, noSuchOverload } from '../CelError';
import { compareText } from '../values/compare';
import { fixed, plainDecimal, scientific } from '../values/decimals';
import { formatDuration, formatTimestamp } from '../values/time';
import {
  Duration,
  isDictionary,
  List,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
} from '../values/Value';

const CLAUSE = /%(?:\.(\d+))?([a-zA-Z%])?/g;
const MAX_PRECISION = 100;

/** `text.format(list)` of cel-go's strings extension. */
export function format(template: string, args: List, budget: Budget): string {
  budget.spendSize(template.length);
  let next = 0;
  return template.replace(CLAUSE, (_, precision, clause) => {
    if (clause === '%' && precision === undefined) return '%';
    if (clause === undefined) {
      throw new Failure('could not parse formatting clause');
    }
    if (next >= args.size) throw new Failure(`index ${next} out of range`);
    const places = precision === undefined ? 6 : Number(precision);
    if (places > MAX_PRECISION) throw new Failure('precision is too large');
    const written = write(args.at(next), clause, places, budget);
    budget.spendSize(written.length);
    next += 1;
    return written;
  });
}

function write(
  value: Value,
  clause: string,
  places: number,
  budget: Budget,
): string {
  switch (clause) {
    case 's':
      return plain(value, budget);
    case 'd':
      return typeof value === 'number'
        ? plainDecimal(value)
        : String(wholeNumber(value, clause));
    case 'f':
      return real(value, clause, x => fixed(x, places));
    case 'e':
      return real(value, clause, x => scientific(x, places));
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return wholeNumber(value, clause).toString(2);
    case 'o':
      return wholeNumber(value, clause).toString(8);
    case 'x':
      return hex(value, clause);
    case 'X':
      return hex(value, clause).toUpperCase();
    default:
      throw new Failure(
        `could not parse formatting clause: unrecognized formatting clause "${clause}"`,
      );
  }
}

function unsuited(clause: string, value: Value): Failure {
  return new Failure(
    `error during formatting: %${clause} clause was given a ${typeNameOf(value)}`,
  );
}

function wholeNumber(value: Value, clause: string): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof Uint) return value.value;
  throw unsuited(clause, value);
}

function real(
  value: Value,
  clause: string,
  finite: (value: number) => string,
): string {
  const number =
    typeof value === 'number' ? value : Number(wholeNumber(value, clause));
  return Number.isFinite(number) ? finite(number) : String(number);
}

function hex(value: Value, clause: string): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return wholeNumber(value, clause).toString(16);
}

function plain(value: Value, budget: Budget): string {
  budget.spend(1);
  if (typeof value === 'string') {
    budget.spendSize(value.length);
    return value;
  }
  if (typeof value === 'number') return plainDecimal(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof List) {
    return `[${[...value].map(item => plain(item, budget)).join(', ')}]`;
  }
  if (!isDictionary(value)) throw noSuchOverload();
  const entries = [...value.keys()]
    .map(key => [plain(key, budget), plain(value.find(key)!, budget)])
    .sort(([a], [b]) => compareText(a, b));
  return `{${entries.map(([key, item]) => `${key}: ${item}`).join(', ')}}`;
}
