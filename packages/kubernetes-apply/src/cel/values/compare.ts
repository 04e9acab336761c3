import type { Budget } from '../Budget';
import { Failure, noSuchOverload } from '../CelError';
import {
  Duration,
  isDictionary,
  List,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './Value';

/** Values of different types are different, except numbers of one size. */
export function isEqual(a: Value, b: Value, budget: Budget): boolean {
  budget.spend(1);
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length !== b.length) return false;
    budget.spendSize(a.length);
    return a === b;
  }
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined || right !== undefined) {
    if (left === undefined || right === undefined) return false;
    const [x, y] = alike(left, right);
    return x === y;
  }
  if (a === null || b === null || typeof a !== 'object') return a === b;
  if (typeof b !== 'object') return false;
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  if (a instanceof List) return b instanceof List && sameItems(a, b, budget);
  if (a instanceof Timestamp) {
    return (
      b instanceof Timestamp && a.seconds === b.seconds && a.nanos === b.nanos
    );
  }
  if (a instanceof Duration)
    return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue)
    return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional) {
    if (!(b instanceof Optional)) return false;
    if (a.value === undefined || b.value === undefined) {
      return a.value === b.value;
    }
    return isEqual(a.value, b.value, budget);
  }
  return sameEntries(a, b, budget);
}

function sameItems(a: List, b: List, budget: Budget): boolean {
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) {
    if (!isEqual(a.at(i), b.at(i), budget)) return false;
  }
  return true;
}

function sameEntries(a: Value, b: Value, budget: Budget): boolean {
  if (!isDictionary(a) || !isDictionary(b) || a.size !== b.size) return false;
  for (const key of a.keys()) {
    const other = b.find(key);
    if (other === undefined || !isEqual(a.find(key)!, other, budget)) {
      return false;
    }
  }
  return true;
}

/** Below, at or above 0. @throws Failure for what has no order */
export function compare(a: Value, b: Value, budget: Budget): number {
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) {
    const [x, y] = alike(left, right);
    if (Number.isNaN(x) || Number.isNaN(y)) {
      throw new Failure('NaN values cannot be ordered');
    }
    return x < y ? -1 : Number(x > y);
  }
  if (typeof a === 'string' && typeof b === 'string') {
    budget.spendSize(Math.min(a.length, b.length));
    return compareText(a, b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') {
    return Number(a) - Number(b);
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return Buffer.compare(a, b);
  }
  if (a instanceof Timestamp && b instanceof Timestamp) {
    const seconds = a.seconds - b.seconds;
    return seconds === 0n ? a.nanos - b.nanos : Number(seconds);
  }
  if (a instanceof Duration && b instanceof Duration) {
    return Number(a.nanos - b.nanos);
  }
  throw noSuchOverload();
}

/** By code points; plain comparison would put surrogates too early. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      const bothBelow = left < 0xd800 && right < 0xd800;
      return bothBelow ? left - right : rank(left) - rank(right);
    }
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes after all other characters. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Whole numbers are compared with doubles as doubles, as in cel-go. */
function alike(
  a: bigint | number,
  b: bigint | number,
): [bigint, bigint] | [number, number] {
  return typeof a === 'bigint' && typeof b === 'bigint'
    ? [a, b]
    : [Number(a), Number(b)];
}

function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}
