import {
  ANY,
  compareStrings,
  elementsOf,
  GoFunction,
  goFunction,
  GoNumber,
  GoTyped,
  INT,
  STRING,
  STRING_MAP,
  STRING_SLICE,
} from '@backstage-gitops/go-template';
import { checkListLength, checkTextLength } from '../bounds';
import { fromBinary, needsBytes, toBinary } from './bytes';
import { countOf } from './countOf';
import { widthAt } from './runes';
import { isStringSlice, strval, strvals } from './strval';

/** Longer texts are counted before they are split. */
const LONG = 64 * 1024;

/** `strings.Split`: without a separator, the runes. */
function splitAll(separator: string, text: string): string[] {
  if (separator === '') {
    checkListLength(text.length);
    return Array.from(text);
  }
  if (text.length > LONG) {
    checkListLength(countOf(text, separator) + 1);
  }
  return text.split(separator);
}

/** `strings.SplitN`: at most so many parts, the last one unsplit. */
function splitText(separator: string, text: string, most = -1): string[] {
  if (most === 0) {
    return [];
  }
  if (needsBytes(separator)) {
    const parts = splitText(toBinary(separator), toBinary(text), most);
    return parts.map(fromBinary);
  }
  if (most < 0) {
    return splitAll(separator, text);
  }
  if (text === '' && separator === '') {
    return [];
  }
  const parts: string[] = [];
  let from = 0;
  while (parts.length < most - 1) {
    const end = endOfPart(separator, text, from);
    if (end < 0) {
      break;
    }
    parts.push(text.slice(from, end));
    checkListLength(parts.length);
    from = end + separator.length;
  }
  parts.push(text.slice(from));
  return parts;
}

/** Where the part ends, unless it is the last one: then -1. */
function endOfPart(separator: string, text: string, from: number): number {
  if (separator !== '') {
    return text.indexOf(separator, from);
  }
  const end = from + widthAt(text, from);
  return end < text.length ? end : -1;
}

/** Parts by the names `_0`, `_1` … */
function named(parts: readonly string[]): GoTyped {
  const map: Record<string, string> = {};
  parts.forEach((part, index) => {
    map[`_${index}`] = part;
  });
  return new GoTyped(STRING_MAP, map);
}

const slice = (texts: string[]) => new GoTyped(STRING_SLICE, texts);

function toStrings(value: unknown): unknown {
  return isStringSlice(value) ? value : slice(strvals(value));
}

function join(separator: string, value: unknown): string {
  const texts = strvals(value);
  const separators = Math.max(texts.length - 1, 0) * separator.length;
  checkTextLength(
    texts.reduce((length, text) => length + text.length, separators),
  );
  return texts.join(separator);
}

/** Sorts by bytes; a `[]string` is sorted in its place, as in Go. */
function sortAlpha(value: unknown): unknown {
  if (elementsOf(value) === undefined) {
    return slice([strval(value)]);
  }
  if (value instanceof GoTyped && isStringSlice(value)) {
    (value.value as string[]).sort(compareStrings);
    return value;
  }
  return slice(strvals(value).sort(compareStrings));
}

/** Functions from texts to lists of texts, and back. */
export const listFunctions: ReadonlyMap<string, GoFunction> = new Map([
  [
    'split',
    goFunction([STRING, STRING], (separator: string, text: string) =>
      named(splitText(separator, text)),
    ),
  ],
  [
    'splitn',
    goFunction(
      [STRING, INT, STRING],
      (separator: string, most: GoNumber, text: string) =>
        named(splitText(separator, text, Number(most.value))),
    ),
  ],
  [
    'splitList',
    goFunction([STRING, STRING], (separator: string, text: string) =>
      slice(splitText(separator, text)),
    ),
  ],
  ['join', goFunction([STRING, ANY], join)],
  ['toStrings', goFunction([ANY], toStrings)],
  ['sortAlpha', goFunction([ANY], sortAlpha)],
]);
