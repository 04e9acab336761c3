import {
  GoFunction,
  goFunction,
  GoNumber,
  INT,
  STRING,
} from '@backstage-gitops/go-template';
import { checkTextLength } from '../bounds';
import { fromBinary, toBinary } from './bytes';

/**
 * `WrapCustom` of goutils 1.1, whose columns are bytes. A word that is longer
 * than a line is cut where `cutsWords`, and sticks out elsewhere. Blanks at
 * the start of a line are dropped.
 */
function wrapBinary(
  text: string,
  width: number,
  newline: string,
  cutsWords: boolean,
): string {
  const lines: string[] = [];
  let length = 0;
  let at = 0;
  const take = (end: number, next: number) => {
    length += end - at + newline.length;
    checkTextLength(length);
    lines.push(text.slice(at, end));
    at = next;
  };
  while (text.length - at > width) {
    if (text[at] === ' ') {
      at++;
      continue;
    }
    const blank = text.slice(at, at + width + 1).lastIndexOf(' ');
    if (blank >= 0) {
      take(at + blank, at + blank + 1);
    } else if (cutsWords) {
      take(at + width, at + width);
    } else {
      const next = text.indexOf(' ', at + width);
      if (next < 0) {
        break;
      }
      take(next, next + 1);
    }
  }
  lines.push(text.slice(at));
  return lines.join(newline);
}

function wrap(
  text: string,
  width: GoNumber,
  newline: string,
  cutsWords: boolean,
): string {
  const wrapped = wrapBinary(
    toBinary(text),
    Math.max(Number(width.value), 1),
    toBinary(newline || '\n'),
    cutsWords,
  );
  return fromBinary(wrapped);
}

/** `wrap`, `wrapWith`. */
export const wrapFunctions: ReadonlyMap<string, GoFunction> = new Map([
  [
    'wrap',
    goFunction([INT, STRING], (width: GoNumber, text: string) =>
      wrap(text, width, '', false),
    ),
  ],
  [
    'wrapWith',
    goFunction(
      [INT, STRING, STRING],
      (width: GoNumber, newline: string, text: string) =>
        wrap(text, width, newline, true),
    ),
  ],
]);
