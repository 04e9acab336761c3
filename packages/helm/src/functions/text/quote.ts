import {
  ANY,
  GoFunction,
  goFunction,
  goQuote,
} from '@backstage-gitops/go-template';
import { show, strval } from './strval';

const PLAIN = /^[ !#-[\]-~]*$/;
const SPECIAL = /[^ !#-[\]-~]+/g;
/** What Go and JSON write in the same way. */
const SIMPLE = /^[\b\t\n\f\r -~]*$/;

/** Go's `%q` of a text. */
export function quoteText(text: string): string {
  if (PLAIN.test(text)) {
    return `"${text}"`;
  }
  if (SIMPLE.test(text)) {
    return JSON.stringify(text);
  }
  return `"${text.replace(SPECIAL, part => goQuote(part).slice(1, -1))}"`;
}

const isGiven = (value: unknown) => value !== null && value !== undefined;

/** The arguments that are not nil, with blanks between them. */
function each(
  values: readonly unknown[],
  write: (value: unknown) => string,
): string {
  if (values.length === 1) {
    return isGiven(values[0]) ? write(values[0]) : '';
  }
  return values.filter(isGiven).map(write).join(' ');
}

function variadic(write: (value: unknown) => string): GoFunction {
  return goFunction([], (...values) => each(values, write), { variadic: ANY });
}

/** `quote`, `squote`, `cat`, `toString`. */
export const quoteFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['quote', variadic(value => quoteText(strval(value)))],
  ['squote', variadic(value => `'${show(value)}'`)],
  ['cat', variadic(show)],
  ['toString', goFunction([ANY], strval)],
]);
