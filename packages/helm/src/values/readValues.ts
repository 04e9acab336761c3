import {
  isJsonObject,
  JsonValue,
  parseDocuments,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { mergeMaps, Values } from './tables';
import { ValuesError } from './ValuesError';

const SEPARATOR = /^---[ \t\r\v\f]*(?:#.*)?$/;
// Only what stands before it is read.
const DOCUMENT_END = /\n\.\.\.[ \t\r]*(?:#.*)?(?:\n|$)/;

/**
 * Reads a values file: YAML 1.1, in which every number is a float64. Several
 * documents are merged in their order (Helm 4). Duplicate keys: the last one
 * wins.
 *
 * @throws ValuesError `invalid-yaml`
 * @public
 */
export function readValues(text: string, file = 'values.yaml'): Values {
  let values: Values = {};
  for (const document of split(text, file)) {
    values = mergeMaps(values, readDocument(document, file));
  }
  return values;
}

function readDocument(text: string, file: string): Values {
  let value: JsonValue;
  try {
    value =
      parseDocuments(text.split(DOCUMENT_END, 1)[0], {
        duplicateKeys: 'last',
      })[0]?.value ?? null;
  } catch (error) {
    throw new ValuesError(
      'invalid-yaml',
      `cannot load ${file}: ${(error as Error).message}`,
      { file, cause: error },
    );
  }
  if (value !== null && !isJsonObject(value)) {
    throw new ValuesError(
      'invalid-yaml',
      `cannot load ${file}: values must be a mapping of names to values`,
      { file },
    );
  }
  return value === null ? {} : (toFloats(value, file) as Values);
}

/** The documents of a stream, cut as the API machinery cuts them. */
function split(text: string, file: string): string[] {
  const documents: string[] = [];
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (SEPARATOR.test(line)) {
      if (lines.length > 0) {
        documents.push(lines.join('\n'));
        lines = [];
      }
    } else if (line.startsWith('---')) {
      throw new ValuesError(
        'invalid-yaml',
        `cannot load ${file}: nothing but a comment may follow --- on its line`,
        { file },
      );
    } else {
      lines.push(line);
    }
  }
  documents.push(lines.join('\n'));
  return documents;
}

/** Values went through Go's JSON, which makes a float64 of every number. */
function toFloats(value: JsonValue, file: string): JsonValue {
  switch (typeof value) {
    case 'bigint':
      return Number(value);
    case 'number':
      if (!Number.isFinite(value)) {
        throw new ValuesError(
          'invalid-yaml',
          `cannot load ${file}: infinity and not-a-number are no values`,
          { file },
        );
      }
      return value;
    case 'object':
      if (Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) {
          value[i] = toFloats(value[i], file);
        }
      } else if (value !== null) {
        for (const key of Object.keys(value)) {
          setOwn(value, key, toFloats(value[key], file));
        }
      }
      return value;
    default:
      return value;
  }
}
