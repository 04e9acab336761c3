/**
 * go-yaml v2's order of map keys: letters by code point, runs of digits by
 * their number, letters behind everything else.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) {
    i++;
  }
  if (i === length) {
    return a.length - b.length;
  }
  const x = a.codePointAt(i)!;
  const y = b.codePointAt(i)!;
  const xLetter = isLetter(x);
  const yLetter = isLetter(y);
  if (xLetter && yLetter) {
    return x - y;
  }
  if (xLetter || yLetter) {
    return yLetter ? -1 : 1;
  }
  return compareDigits(a, b, i) || x - y;
}

function compareDigits(a: string, b: string, start: number): number {
  let x = 0;
  let y = 0;
  if (a[start] === '0' || b[start] === '0') {
    // A zero inside a longer number is a digit of it, not a leading zero.
    for (let j = start - 1; j >= 0 && isDigit(a.charCodeAt(j)); j--) {
      if (a[j] !== '0') {
        x = 1;
        y = 1;
        break;
      }
    }
  }
  let i = start;
  for (; i < a.length && isDigit(a.charCodeAt(i)); i++) {
    x = x * 10 + a.charCodeAt(i) - 0x30;
  }
  let j = start;
  for (; j < b.length && isDigit(b.charCodeAt(j)); j++) {
    y = y * 10 + b.charCodeAt(j) - 0x30;
  }
  return x - y || i - j;
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
export function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i++) {
    if (compareKeys(keys[i - 1], keys[i]) > 0) {
      return keys.sort(compareKeys);
    }
  }
  return keys;
}
