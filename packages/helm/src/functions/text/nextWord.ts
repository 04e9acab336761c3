import {
  isLetter,
  isNumber,
  isPunct,
  isRuneError,
  isSpace,
  isUpper,
} from './runes';

/** What a word consists of. */
export type WordKind =
  'invalid' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punct' | 'other';

/** A word of a text: its kind and its place. */
export interface Word {
  readonly kind: WordKind;
  readonly start: number;
  readonly end: number;
}

/** What separates words and is replaced. */
export function isConnector(rune: number): boolean {
  return rune === 0x2d || rune === 0x5f || isSpace(rune);
}

/** A letter that is not an ideograph. */
function isAlphabet(rune: number): boolean {
  const isIdeograph =
    (rune >= 0x3400 && rune <= 0x4d85) ||
    (rune >= 0x4e00 && rune <= 0x9fcc) ||
    (rune >= 0x20000 && rune <= 0x2b81d);
  return !isIdeograph && isLetter(rune);
}

const isSmall = (rune: number) => isAlphabet(rune) && !isUpper(rune);
const isOther = (rune: number) =>
  !isConnector(rune) && !isAlphabet(rune) && !isNumber(rune) && !isPunct(rune);

/**
 * The rune at the place, or the next one after what is not UTF-8, and the place
 * behind it; where none is left, `previous` again.
 */
function runeAt(
  runes: readonly number[],
  at: number,
  previous: number,
): readonly [rune: number, end: number] {
  for (let i = at; i < runes.length; i++) {
    if (!isRuneError(runes[i])) {
      return [runes[i], i + 1];
    }
  }
  return [previous, runes.length];
}

/** Where the runes of the kind end. */
function endOf(
  runes: readonly number[],
  from: number,
  first: number,
  belongs: (rune: number) => boolean,
): number {
  let at = from;
  let previous = first;
  while (at < runes.length) {
    const [rune, end] = runeAt(runes, at, previous);
    if (!belongs(rune)) {
      break;
    }
    previous = rune;
    at = end;
  }
  return at;
}

/** After a capital: an abbreviation, or the rest of a capitalised word. */
function endOfUpper(
  runes: readonly number[],
  from: number,
  first: number,
): number {
  if (from === runes.length) {
    return from;
  }
  const [second, afterSecond] = runeAt(runes, from, first);
  if (!isUpper(second)) {
    return isAlphabet(second)
      ? endOf(runes, afterSecond, second, isSmall)
      : from;
  }
  let at = afterSecond;
  let start = from;
  let rune = second;
  while (at < runes.length) {
    const [next, end] = runeAt(runes, at, rune);
    if (!isUpper(next)) {
      // The last capital belongs to a word of small letters behind it.
      return isAlphabet(next) ? start : at;
    }
    start = at;
    at = end;
    rune = next;
  }
  return at;
}

/** The next word by the rules of xstrings 1.5; at the end an invalid one. */
export function nextWord(runes: readonly number[], at: number): Word {
  const [first, from] = runeAt(runes, at, 0xfffd);
  const of = (kind: WordKind, belongs: (rune: number) => boolean): Word => ({
    kind,
    start: at,
    end: endOf(runes, from, first, belongs),
  });
  if (isRuneError(first)) {
    return { kind: 'invalid', start: at, end: from };
  }
  if (isConnector(first)) {
    return of('connector', isConnector);
  }
  if (isPunct(first)) {
    return of('punct', isPunct);
  }
  if (isUpper(first)) {
    const end = endOfUpper(runes, from, first);
    return { kind: 'upper', start: at, end };
  }
  if (isAlphabet(first)) {
    return of('alphabet', isSmall);
  }
  return isNumber(first) ? of('number', isNumber) : of('other', isOther);
}
