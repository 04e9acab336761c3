import {
  GoFunction,
  goFunction,
  GoNumber,
  INT,
  STRING,
} from '@backstage-gitops/go-template';
import { checkTextLength } from '../bounds';
import { fromBinary, needsBytes, toBinary } from './bytes';
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

/** `strings.ReplaceAll`; nothing stands between any two runes, and around. */
function replace(old: string, by: string, text: string): string {
  if (needsBytes(old)) {
    return fromBinary(replace(toBinary(old), toBinary(by), toBinary(text)));
  }
  const parts = old === '' ? ['', ...text, ''] : text.split(old);
  if (parts.length === 1) {
    return text;
  }
  checkTextLength(text.length + (parts.length - 1) * (by.length - old.length));
  return parts.join(by);
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
