import { GoFunction, goFunction, STRING } from '@backstage-gitops/go-template';
import { fromBinary, needsBytes, toBinary } from './bytes';
import { isAscii, isSpace, toRunesText } from './runes';

/** `strings.TrimSpace`; all white space is of one UTF-16 unit. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) {
    start++;
  }
  while (end > start && isSpace(text.charCodeAt(end - 1))) {
    end--;
  }
  return text.slice(start, end);
}

/** Units of UTF-16 of the last rune before `end`. */
function lastRune(text: string, end: number): string {
  const low = text.charCodeAt(end - 1);
  const high = end > 1 ? text.charCodeAt(end - 2) : 0;
  const isPair = low >> 10 === 0x37 && high >> 10 === 0x36;
  return text.slice(end - (isPair ? 2 : 1), end);
}

/** `strings.Trim`: leading and trailing runes of the set are removed. */
function trimAll(cutset: string, text: string): string {
  if (cutset === '') {
    return text;
  }
  const set = new Set(toRunesText(cutset));
  // Where only ASCII is removed, bytes that are not UTF-8 do not matter.
  const runes = isAscii(cutset) ? text : toRunesText(text);
  let start = 0;
  while (start < runes.length) {
    const rune = String.fromCodePoint(runes.codePointAt(start)!);
    if (!set.has(rune)) {
      break;
    }
    start += rune.length;
  }
  let end = runes.length;
  while (end > start) {
    const rune = lastRune(runes, end);
    if (!set.has(rune)) {
      break;
    }
    end -= rune.length;
  }
  return text.slice(start, end);
}

function trimPrefix(prefix: string, text: string): string {
  if (needsBytes(prefix)) {
    return fromBinary(trimPrefix(toBinary(prefix), toBinary(text)));
  }
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function trimSuffix(suffix: string, text: string): string {
  if (needsBytes(suffix)) {
    return fromBinary(trimSuffix(toBinary(suffix), toBinary(text)));
  }
  return text.endsWith(suffix)
    ? text.slice(0, text.length - suffix.length)
    : text;
}

const TWO = [STRING, STRING];

/** Functions that remove what is at the ends; the text comes last. */
export const trimFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['trim', goFunction([STRING], trim)],
  ['trimAll', goFunction(TWO, trimAll)],
  ['trimall', goFunction(TWO, trimAll)],
  ['trimPrefix', goFunction(TWO, trimPrefix)],
  ['trimSuffix', goFunction(TWO, trimSuffix)],
]);
