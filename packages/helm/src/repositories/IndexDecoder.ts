import { formatFloat } from '@backstage-gitops/go-template';
import {
  compareCodePoints,
  isJsonObject,
  JsonValue,
  setOwn,
  SpelledScalar,
} from '@backstage-gitops/kubernetes-yaml';
import { normalizeTime, ZERO_TIME } from '../releases/recordTime';
import { RepositoryError } from './RepositoryError';

export type IndexNode = JsonValue | SpelledScalar;

/** What is done with the fields of a struct, by their names. */
export type FieldReaders = Readonly<Record<string, (node: IndexNode) => void>>;

/**
 * Decodes as Go does into structs. Null is as good as nothing; names of fields
 * match in any case; those that are not known are refused in YAML and passed
 * over in JSON. Lenient texts are those of Helm's own struct; within the
 * struct of Chart.yaml, which that one embeds, sigs.k8s.io/yaml does not see
 * that texts are wanted, so that an unquoted `1.10` is an error.
 */
export class IndexDecoder {
  /** Where the value that is decoded stands, for errors. */
  private readonly path: (string | number)[] = [];

  constructor(private readonly format: 'yaml' | 'json') {}

  fields(node: IndexNode, readers: FieldReaders): void {
    const value = plain(node);
    if (value === null) {
      return;
    }
    if (!isJsonObject(value)) {
      throw this.wrong('must be a mapping');
    }
    // Of two spellings of one name, the later one in Go's order wins.
    for (const key of Object.keys(value).sort(compareCodePoints)) {
      const name = Object.hasOwn(readers, key)
        ? key
        : Object.keys(readers).find(
            other => other.toLowerCase() === key.toLowerCase(),
          );
      this.within(key, () => {
        if (name !== undefined) {
          readers[name](value[key]);
        } else if (this.format === 'yaml') {
          throw this.wrong('is not a known field');
        }
      });
    }
  }

  /** In the order of the text. */
  entries(node: IndexNode, read: (key: string, node: IndexNode) => void): void {
    const value = plain(node);
    if (value === null) {
      return;
    }
    if (!isJsonObject(value)) {
      throw this.wrong('must be a mapping');
    }
    for (const key of Object.keys(value)) {
      this.within(key, () => read(key, value[key]));
    }
  }

  list<T>(node: IndexNode, read: (node: IndexNode) => T): T[] {
    const value = plain(node);
    if (value === null) {
      return [];
    }
    if (!Array.isArray(value)) {
      throw this.wrong('must be a list');
    }
    return value.map((item, i) => this.within(i, () => read(item)));
  }

  text(node: IndexNode): string {
    const value = plain(node);
    if (value === null) {
      return '';
    }
    if (typeof value !== 'string') {
      throw this.wrong('must be a string');
    }
    return value;
  }

  texts(node: IndexNode): string[] {
    return this.list(node, item => this.text(item));
  }

  table(
    node: IndexNode,
    read: (node: IndexNode) => string = value => this.text(value),
  ): Record<string, string> {
    const result: Record<string, string> = {};
    this.entries(node, (key, value) => setOwn(result, key, read(value)));
    return result;
  }

  /** In YAML, numbers and booleans are taken for texts. */
  lenientText(node: IndexNode): string {
    const value = plain(node);
    return this.format === 'yaml' && value !== null && typeof value !== 'object'
      ? scalarText(node, value)
      : this.text(node);
  }

  lenientTexts(node: IndexNode): string[] {
    return this.list(node, item => this.lenientText(item));
  }

  flag(node: IndexNode): boolean {
    const value = plain(node) ?? false;
    if (typeof value !== 'boolean') {
      throw this.wrong('must be true or false');
    }
    return value;
  }

  /** Undefined for Go's zero time. */
  time(node: IndexNode): string | undefined {
    const value = plain(node);
    if (value === null) {
      return undefined;
    }
    const time = typeof value === 'string' ? normalizeTime(value) : undefined;
    if (time === undefined) {
      throw this.wrong('must be a time in RFC 3339');
    }
    return time === ZERO_TIME ? undefined : time;
  }

  /** Of any type: what JSON would make of it. */
  any(node: IndexNode): JsonValue {
    const value = plain(node);
    if (Array.isArray(value)) {
      return value.map(item => this.any(item));
    }
    if (isJsonObject(value)) {
      const result = {};
      for (const key of Object.keys(value)) {
        setOwn(result, key, this.any(value[key]));
      }
      return result;
    }
    return typeof value === 'bigint' ? Number(value) : value;
  }

  private within<T>(step: string | number, read: () => T): T {
    this.path.push(step);
    const result = read();
    this.path.pop();
    return result;
  }

  private wrong(problem: string): RepositoryError {
    const place = this.path
      .map(step => JSON.stringify(step).slice(0, 100))
      .join(' > ');
    return new RepositoryError(
      'invalid-field',
      `cannot load the index: ${place || 'it'} ${problem}`,
    );
  }
}

function plain(node: IndexNode): JsonValue {
  return node instanceof SpelledScalar ? node.value : node;
}

/** A float as Go prints a float32. */
function scalarText(
  node: IndexNode,
  value: number | bigint | boolean | string,
): string {
  if (typeof value !== 'number') {
    return String(value);
  }
  const isFloat =
    !Number.isInteger(value) ||
    Math.abs(value) >= 1e21 ||
    (node instanceof SpelledScalar &&
      /[.eE]/.test(node.text) &&
      !/^[-+]?0[xX]/.test(node.text));
  return isFloat ? formatFloat(value, 'g', -1, 32) : String(value);
}
