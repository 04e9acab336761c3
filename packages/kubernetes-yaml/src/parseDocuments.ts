import { JsonValue } from './JsonValue';
import { readYaml } from './reader/YamlReader';
import { SpelledScalar, YamlDialect } from './reader/scalars';
import { YamlError } from './YamlError';

/**
 * How documents are read.
 *
 * @public
 */
export interface ParseOptions {
  /** Named in errors. */
  file?: string;
  /** Default `yaml11`. */
  dialect?: YamlDialect;
  /** Default `error`; `last` is what non-strict sigs.k8s.io/yaml does. */
  duplicateKeys?: 'error' | 'last';
  /** Deepest nesting, default 500. */
  maxDepth?: number;
  /** How many values all aliases may expand to, default 200,000. */
  maxAliasNodes?: number;
  /** Longest text in characters, default 64 Mi. */
  maxLength?: number;
  /**
   * How many values may still be read. What is read is taken away, so that
   * several texts can share it; default: no bound.
   */
  budget?: { values: number };
}

/**
 * One document of a YAML stream.
 *
 * @public
 */
export interface YamlDocument<T = JsonValue> {
  value: T;
  /** From 0, empty documents counted. */
  index: number;
  /** Line of its first token, from 1. */
  line: number;
  /** Nothing but comments and white space. */
  empty: boolean;
}

const DEFAULT_MAX_LENGTH = 64 * 1024 * 1024;

/** Line numbers of ascending positions, in one pass over the text. */
class LineCounter {
  private line = 1;
  private pos = 0;

  constructor(private readonly text: string) {}

  at(pos: number): number {
    for (;;) {
      const next = this.text.indexOf('\n', this.pos);
      if (next < 0 || next >= pos) {
        return this.line;
      }
      this.line++;
      this.pos = next + 1;
    }
  }
}

/**
 * Reads all documents of a YAML (or JSON) text as sigs.k8s.io/yaml 1.6 and the
 * API machinery do: YAML 1.1 booleans and octals, merge keys, 64-bit integers
 * (as `bigint` beyond 2^53 - 1), no base-60 numbers, timestamps as strings.
 * Aliases are copied, within a budget.
 *
 * @throws YamlError
 * @public
 */
export function parseDocuments(
  text: string,
  options: ParseOptions = {},
): YamlDocument[] {
  return read(text, options, false) as YamlDocument[];
}

/**
 * Like `parseDocuments`, but numbers, booleans and timestamps whose spelling
 * is not canonical come as `SpelledScalar`.
 *
 * @throws YamlError
 * @public
 */
export function parseSpelledDocuments(
  text: string,
  options: ParseOptions = {},
): YamlDocument<JsonValue | SpelledScalar>[] {
  return read(text, options, true);
}

/**
 * Reads the first document and nothing behind it, as `yaml.Unmarshal` does;
 * null where there is none.
 *
 * @throws YamlError
 * @public
 */
export function parseFirstDocument(
  text: string,
  options: ParseOptions = {},
): JsonValue {
  const [first] = read(text, options, false, true);
  return first === undefined ? null : (first.value as JsonValue);
}

/**
 * Reads a text that holds at most one document; null where it holds none.
 *
 * @throws YamlError
 * @public
 */
export function parseYaml(text: string, options: ParseOptions = {}): JsonValue {
  const documents = parseDocuments(text, options);
  if (documents.length > 1) {
    throw new YamlError({
      code: 'syntax',
      problem: 'more than one document where one is expected',
      file: options.file,
      line: documents[1].line,
    });
  }
  return documents.length === 0 ? null : documents[0].value;
}

function read(
  text: string,
  options: ParseOptions,
  keepSpelling: boolean,
  firstOnly = false,
) {
  if (text.length > (options.maxLength ?? DEFAULT_MAX_LENGTH)) {
    throw new YamlError({
      code: 'too-large',
      problem: 'the text is too long',
      file: options.file,
    });
  }
  const lines = new LineCounter(text);
  return readYaml(text, { ...options, keepSpelling, firstOnly }).map(
    ({ value, empty, pos }, index) => ({
      value,
      empty,
      index,
      line: lines.at(pos),
    }),
  );
}
