import {
  GoFunction,
  goFunction,
  GoNumber,
  INT,
  STRING,
} from '@backstage-gitops/go-template';
import { checkTextLength } from '../bounds';
import { fromBinary, needsBytes, toBinary } from './bytes';
import { countOf } from './countOf';
import { repeatText } from './indent';

type Search = (text: string, part: string) => boolean;

/** The text comes last, so that it can be piped in. */
function searching(search: Search): GoFunction {
  return goFunction([STRING, STRING], (part: string, text: string) =>
    needsBytes(part)
      ? search(toBinary(text), toBinary(part))
      : search(text, part),
  );
}

/** Texts that cannot become too long are not counted. */
const SAFE = 64 * 1024;
const BETWEEN_RUNES = /(?:)/gu;

/** `strings.ReplaceAll`; the empty text is between any two runes, and around. */
function replace(old: string, by: string, text: string): string {
  if (needsBytes(old)) {
    return fromBinary(replace(toBinary(old), toBinary(by), toBinary(text)));
  }
  let at = text.indexOf(old);
  if (at < 0) {
    return text;
  }
  const more = by.length - old.length;
  if (more > 0 && (text.length + 1) * more > SAFE) {
    const count = old === '' ? text.length + 1 : countOf(text, old);
    checkTextLength(text.length + count * more);
  }
  if (old === '') {
    return text.replace(BETWEEN_RUNES, () => by);
  }
  let replaced = '';
  let from = 0;
  while (at >= 0) {
    replaced += text.slice(from, at) + by;
    from = at + old.length;
    at = text.indexOf(old, from);
  }
  return replaced + text.slice(from);
}

/** Functions that search, replace and repeat. */
export const searchFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['contains', searching((text, part) => text.includes(part))],
  ['hasPrefix', searching((text, part) => text.startsWith(part))],
  ['hasSuffix', searching((text, part) => text.endsWith(part))],
  ['replace', goFunction([STRING, STRING, STRING], replace)],
  [
    'repeat',
    goFunction([INT, STRING], (count: GoNumber, text: string) =>
      repeatText(Number(count.value), text),
    ),
  ],
  [
    'plural',
    goFunction(
      [STRING, STRING, INT],
      (one: string, many: string, count: GoNumber) =>
        count.value === 1 ? one : many,
    ),
  ],
]);
