import { isAlphaNumeric } from './characters';

/**
 * Finds the end of a number. It may still be none (`089`, `0x0.2`), which the
 * parser finds out. Without a kind, what was read so far is wrong.
 */
export function scanComplexOrNumber(
  text: string,
  start: number,
): { end: number; kind?: 'number' | 'complex' } {
  const first = scanOne(text, start);
  if (!first.ok) {
    return { end: first.end };
  }
  if (text[first.end] !== '+' && text[first.end] !== '-') {
    return { end: first.end, kind: 'number' };
  }
  const second = scanOne(text, first.end);
  return second.ok && text[second.end - 1] === 'i'
    ? { end: second.end, kind: 'complex' }
    : { end: second.end };
}

const DECIMAL = '0123456789_';
const PREFIXED: Readonly<Record<string, string>> = {
  x: '0123456789abcdefABCDEF_',
  o: '01234567_',
  b: '01_',
};

function scanOne(text: string, start: number): { end: number; ok: boolean } {
  let at = start;
  const accept = (valid: string): boolean => {
    const found = at < text.length && valid.includes(text[at]);
    at += found ? 1 : 0;
    return found;
  };
  const acceptRun = (valid: string): void => {
    while (at < text.length && valid.includes(text[at])) {
      at++;
    }
  };

  accept('+-');
  let digits = DECIMAL;
  if (accept('0') && accept('xXoObB')) {
    digits = PREFIXED[text[at - 1].toLowerCase()];
  }
  acceptRun(digits);
  if (accept('.')) {
    acceptRun(digits);
  }
  const exponent = { [DECIMAL]: 'eE', [PREFIXED.x]: 'pP' }[digits];
  if (exponent && accept(exponent)) {
    accept('+-');
    acceptRun(DECIMAL);
  }
  accept('i');
  const code = text.codePointAt(at);
  if (code !== undefined && isAlphaNumeric(code)) {
    return { end: at + (code > 0xffff ? 2 : 1), ok: false };
  }
  return { end: at, ok: true };
}
