import { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { SetParser } from './SetParser';
import { Values } from './tables';

/**
 * The kinds of arguments that set single values, after the options of the
 * `helm` command:
 *
 * - `set`: `true`, `false`, `null` and integers (int64, so `bigint`) are what
 *   they look like, all else is a string; also `1.5`
 * - `set-string`: every value is a string
 * - `set-json`: values are JSON
 * - `set-file`: values are names of files, whose content is taken
 * - `set-literal`: everything behind `=` is the value
 *
 * @public
 */
export type SetKind =
  'set' | 'set-string' | 'set-json' | 'set-file' | 'set-literal';

/**
 * Reads an argument such as `a.b=1,c[0].d={x,y}` into values, which it changes
 * (Helm 4, `strvals`). Lists have at most 65,537 items, names 30 levels.
 *
 * @throws ValuesError `invalid-set`; the values are then of no use
 * @public
 */
export function parseSet(
  kind: SetKind,
  text: string,
  into: Values = {},
  options: {
    /** Content of a file, for `set-file`. */
    readFile?: (path: string) => string;
  } = {},
): Values {
  const { readFile } = options;
  new SetParser({
    text,
    kind,
    convert: value => {
      switch (kind) {
        case 'set':
          return typedValue(value);
        case 'set-file':
          return readFile ? readFile(value) : value;
        default:
          return value;
      }
    },
  }).parseInto(into);
  return into;
}

const INTEGER = /^[-+]?[0-9]+$/;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

function typedValue(text: string): JsonValue {
  // With the flag u, case folds as Go's EqualFold folds it.
  if (/^true$/iu.test(text)) return true;
  if (/^false$/iu.test(text)) return false;
  if (/^null$/iu.test(text)) return null;
  if (text === '0') return 0n;
  if (text[0] === '0' || !INTEGER.test(text)) return text;
  const digits = text.replace(/^[-+]?0*/, '') || '0';
  if (digits.length > 19) return text;
  const value = text[0] === '-' ? -BigInt(digits) : BigInt(digits);
  return value <= MAX_INT64 && value >= MIN_INT64 ? value : text;
}
