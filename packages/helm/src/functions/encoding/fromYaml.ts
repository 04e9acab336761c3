import {
  ANY_MAP,
  ANY_SLICE,
  GoFunction,
  goFunction,
  STRING,
} from '@backstage-gitops/go-template';
import {
  isJsonObject,
  JsonValue,
  parseFirstDocument,
  setOwn,
  YamlError,
} from '@backstage-gitops/kubernetes-yaml';
import { mismatch } from './fromJson';
import { readGoYaml } from './goYaml/readGoYaml';
import { GoYamlError } from './goYaml/Tokens';
import { MarshalError, unsupportedNumber } from './jsonForm';

const MAX_DEPTH = 1000;
/** What YAML may hold and JSON not, or not as a float64. */
const UNUSUAL = /[0-9a-fA-F_]{13}|[01_]{50}|\.(?:inf|nan)/i;

/**
 * Where our reader of YAML is more lenient than Go's: tags, directives, keys
 * with a question mark, lists of nothing.
 */
const RARE_CHARACTERS = /[!?&%]|\.\.\.|[[{,]\s*[,:]/;
const UNCOMMON = /^(?:%|\.\.\.)|(?:^|[\s,[{])[!?&][^\s]*(?:\s|$)|[[{,]\s*[,:]/m;

/** Numbers as float64, as they come from JSON. */
function convert(value: JsonValue): JsonValue {
  switch (typeof value) {
    case 'bigint':
      return Number(value);
    case 'number':
      if (!Number.isFinite(value)) {
        throw unsupportedNumber(value);
      }
      return value;
    case 'object':
      break;
    default:
      return value;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (isUnusual(value[i])) {
        value[i] = convert(value[i]);
      }
    }
  } else if (value !== null) {
    for (const key of Object.keys(value)) {
      if (isUnusual(value[key])) {
        setOwn(value, key, convert(value[key]));
      }
    }
  }
  return value;
}

function isUnusual(value: JsonValue): boolean {
  return typeof value !== 'string' && typeof value !== 'boolean';
}

/** The first document; errors are said in Go's words. */
function parse(text: string): JsonValue {
  if (RARE_CHARACTERS.test(text) && UNCOMMON.test(text)) {
    return readGoYaml(text);
  }
  try {
    return parseFirstDocument(text, {
      duplicateKeys: 'last',
      maxDepth: MAX_DEPTH,
    });
  } catch (error) {
    if (error instanceof YamlError) {
      return readGoYaml(text);
    }
    throw error;
  }
}

/** The first document, or why it cannot be read. */
function read(text: string): { value: JsonValue } | { error: string } {
  try {
    const value = parse(text);
    return { value: UNUSUAL.test(text) ? convert(value) : value };
  } catch (error) {
    if (error instanceof MarshalError || error instanceof GoYamlError) {
      return { error: `error converting YAML to JSON: ${error.message}` };
    }
    throw error;
  }
}

/** The value where it is of the kind wanted, else what is wrong. */
function expect<T extends JsonValue>(
  text: string,
  isWanted: (value: JsonValue) => value is T,
  type: string,
): { value: T | undefined } | { error: string } {
  const result = read(text);
  if ('error' in result) {
    return result;
  }
  const { value } = result;
  if (value === null) {
    return { value: undefined };
  }
  return isWanted(value)
    ? { value }
    : {
        error: `error unmarshaling JSON: while decoding JSON: ${mismatch(value, type)}`,
      };
}

/** Errors are the value of the key `Error`. */
function fromYaml(text: string): unknown {
  const result = expect(text, isJsonObject, ANY_MAP.name);
  return 'error' in result ? { Error: result.error } : (result.value ?? {});
}

/** Errors are the only element. */
function fromYamlArray(text: string): unknown {
  const isArray = (value: JsonValue) => Array.isArray(value);
  const result = expect(text, isArray, ANY_SLICE.name);
  return 'error' in result ? [result.error] : (result.value ?? []);
}

/** `fromYaml` and `fromYamlArray` of Helm 4, which never fail. */
export const fromYamlFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['fromYaml', goFunction([STRING], fromYaml)],
  ['fromYamlArray', goFunction([STRING], fromYamlArray)],
]);
