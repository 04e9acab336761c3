import { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import { ValuesError } from './ValuesError';

const MAX_DEPTH = 500;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/;
const WORD = /^(?:true|false|null)/;

/**
 * The JSON value at the beginning of a text, and how long it is, as Go's
 * `json.Decoder` reads it. All numbers are float64.
 *
 * @throws ValuesError `invalid-set`, `limit`
 */
export function readJsonPrefix(text: string): {
  value: JsonValue;
  length: number;
} {
  const start = /^[ \t\r\n]*/.exec(text)![0].length;
  const end = start + valueLength(text.slice(start));
  return { value: parse(text.slice(start, end)), length: end };
}

/**
 * A JSON text with Go's reading of it: numbers are float64, lone surrogates
 * become U+FFFD.
 */
export function parse(json: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(json, (_, item) =>
      typeof item === 'string'
        ? item.replace(/\p{Surrogate}/gu, '\ufffd')
        : item,
    );
  } catch (error) {
    throw invalid('it is no JSON', error);
  }
  return value;
}

function valueLength(text: string): number {
  const first = text[0];
  if (first === '{' || first === '[') {
    return balancedLength(text);
  }
  if (first === '"') {
    return stringLength(text, 0);
  }
  const scalar = NUMBER.exec(text) ?? WORD.exec(text);
  if (!scalar) {
    throw invalid('it is no JSON');
  }
  if (!Number.isFinite(Number(scalar[0])) && NUMBER.test(text)) {
    throw invalid('a number is too large');
  }
  return scalar[0].length;
}

function balancedLength(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        i = stringLength(text, i) - 1;
        break;
      case '{':
      case '[':
        depth++;
        if (depth > MAX_DEPTH) {
          throw new ValuesError(
            'limit',
            `JSON is nested more than ${MAX_DEPTH} levels deep`,
          );
        }
        break;
      case '}':
      case ']':
        depth--;
        if (depth === 0) {
          return i + 1;
        }
        break;
      default:
    }
  }
  throw invalid('it ends too early');
}

/** Where a string ends that begins at a position. */
function stringLength(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') {
      i++;
    } else if (text[i] === '"') {
      return i + 1;
    }
  }
  throw invalid('a string has no end');
}

function invalid(problem: string, cause?: unknown): ValuesError {
  return new ValuesError(
    'invalid-set',
    `the value cannot be read: ${problem}`,
    {
      cause,
    },
  );
}
