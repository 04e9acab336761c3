import {
  GoError,
  GoFunction,
  goFunction,
  GoNumber,
  INT,
  STRING,
} from '@backstage-gitops/go-template';
import { checkTextLength } from '../bounds';
import { countOf } from './countOf';

/** `strings.Repeat`. */
export function repeatText(count: number, text: string): string {
  if (count < 0) {
    throw new GoError('strings: negative Repeat count');
  }
  if (text === '' || count === 0) {
    return '';
  }
  checkTextLength(count * text.length);
  return text.repeat(count);
}

const PADS = Array.from({ length: 33 }, (_, blanks) => ' '.repeat(blanks));
/** Texts that cannot become too long are not counted. */
const SAFE = 1024 * 1024;

/** Blanks before every line, also before empty ones. */
function indent(count: GoNumber, text: string): string {
  const blanks = Number(count.value);
  const pad = PADS[blanks] ?? repeatText(blanks, ' ');
  if ((text.length + 1) * blanks > SAFE) {
    checkTextLength(text.length + (countOf(text, '\n') + 1) * blanks);
  }
  // Faster than to replace the ends of lines, and charts do little else.
  let indented = pad;
  let from = 0;
  let next = text.indexOf('\n') + 1;
  while (next > 0) {
    indented += text.slice(from, next) + pad;
    from = next;
    next = text.indexOf('\n', from) + 1;
  }
  return indented + text.slice(from);
}

/** `indent`, `nindent`. */
export const indentFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['indent', goFunction([INT, STRING], indent)],
  [
    'nindent',
    goFunction(
      [INT, STRING],
      (count: GoNumber, text: string) => `\n${indent(count, text)}`,
    ),
  ],
]);
