import { YamlDialect } from '../reader/scalars';

type Compare = (a: string, b: string) => number;

/** The order in which go-yaml v2 and v3 sort the keys of a map. */
export function keyOrder(dialect: YamlDialect): Compare {
  return dialect === 'go-yaml-v3' ? compareKeysV3 : compareKeys;
}

/**
 * go-yaml v2's order of map keys: letters by code point, runs of digits by
 * their number, letters behind everything else.
 */
export function compareKeys(a: string, b: string): number {
  return compareNaturally(a, b, false);
}

/** In go-yaml v3, behind a digit, letters are in front of everything else. */
function compareKeysV3(a: string, b: string): number {
  return compareNaturally(a, b, true);
}

function compareNaturally(a: string, b: string, v3: boolean): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) {
    i++;
  }
  if (i === length) {
    return a.length - b.length;
  }
  if (isLowSurrogate(a.charCodeAt(i)) && isLowSurrogate(b.charCodeAt(i))) {
    // The characters differ in their second halves.
    i--;
  }
  const x = a.codePointAt(i)!;
  const y = b.codePointAt(i)!;
  const xLetter = isLetter(x);
  const yLetter = isLetter(y);
  if (xLetter && yLetter) {
    return x - y;
  }
  if (xLetter || yLetter) {
    const lettersFirst = v3 && i > 0 && isDigit(a.charCodeAt(i - 1));
    return yLetter === lettersFirst ? 1 : -1;
  }
  return compareDigits(a, b, i) || x - y;
}

function compareDigits(a: string, b: string, start: number): number {
  // A zero inside a longer number is a digit of it, not a leading zero.
  let lead = 0;
  if (a[start] === '0' || b[start] === '0') {
    for (let j = start - 1; j >= 0 && isDigit(a.charCodeAt(j)); j--) {
      if (a[j] !== '0') {
        lead = 1;
        break;
      }
    }
  }
  const i = endOfDigits(a, start);
  const j = endOfDigits(b, start);
  const x = numberAt(a, start, i, lead);
  const y = numberAt(b, start, j, lead);
  if (x === y) {
    return i - j;
  }
  return x < y ? -1 : 1;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) {
    end++;
  }
  return end;
}

/** The number as Go adds it up: in 64 bits, whose overflow wraps. */
function numberAt(
  text: string,
  start: number,
  end: number,
  lead: number,
): number | bigint {
  const digits = (lead ? '1' : '') + text.slice(start, end);
  if (digits.length <= 15) {
    return Number(digits);
  }
  const wrapped = BigInt.asIntN(64, BigInt(digits));
  const small = Number(wrapped);
  return Number.isSafeInteger(small) ? small : wrapped;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  if (code < 0x80) {
    return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  }
  return /\p{L}/u.test(String.fromCodePoint(code));
}

/** The keys of an object in that order; no sort where they are in order. */
export function sortedKeys(value: object, compare: Compare): string[] {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i++) {
    if (compare(keys[i - 1], keys[i]) > 0) {
      return keys.sort(compare);
    }
  }
  return keys;
}
