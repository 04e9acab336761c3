import {
  GoError,
  GoFunction,
  goFunction,
  GoNumber,
  INT,
  STRING,
} from '@backstage-gitops/go-template';
import { checkTextLength } from '../bounds';

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

const END_OF_LINE = /\n/g;
/** Results cannot be longer than this times the length of the text. */
const USUAL = 64;

/** Blanks before every line, also before empty ones. */
function indent(count: GoNumber, text: string): string {
  const blanks = Number(count.value);
  const pad = repeatText(blanks, ' ');
  if (blanks > USUAL || text.length > 64 * 1024) {
    const lines = text.split('\n').length;
    checkTextLength(text.length + lines * blanks);
  }
  return pad + text.replace(END_OF_LINE, `\n${pad}`);
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
