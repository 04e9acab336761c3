import {
  JsonObject,
  JsonValue,
  isJsonObject,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { KustomizeError } from '../KustomizeError';

/**
 * Reads the fields of a mapping with their types, as Go decodes JSON into a
 * struct: null is the zero value, unknown fields are refused.
 */
export class FieldReader {
  private readonly seen = new Set<string>();
  private folded: Map<string, string> | undefined;

  constructor(
    private readonly fields: JsonObject,
    private readonly path: string,
    private readonly file: string,
    private readonly lenient = false,
  ) {}

  /** A reader for a value that must be a mapping. */
  static of(
    value: JsonValue,
    path: string,
    file: string,
    lenient = false,
  ): FieldReader {
    if (!isJsonObject(value)) {
      throw wrongType('a mapping', path, file);
    }
    return new FieldReader(value, path, file, lenient);
  }

  /** As Go's JSON: the exact name first, else one that differs in case. */
  private take(name: string): JsonValue {
    this.seen.add(name);
    if (Object.hasOwn(this.fields, name)) {
      return this.fields[name];
    }
    const key = this.foldedNames().get(name.toLowerCase());
    if (key === undefined) {
      return null;
    }
    this.seen.add(key);
    return this.fields[key];
  }

  /** Names in lower case → the first such name in the file. */
  private foldedNames(): ReadonlyMap<string, string> {
    if (!this.folded) {
      this.folded = new Map();
      for (const key of Object.keys(this.fields)) {
        const folded = key.toLowerCase();
        if (!this.folded.has(folded)) {
          this.folded.set(folded, key);
        }
      }
    }
    return this.folded;
  }

  private at(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }

  has(name: string): boolean {
    return this.take(name) !== null;
  }

  string(name: string): string {
    const value = this.asText(this.take(name));
    if (value !== null && typeof value !== 'string') {
      throw wrongType('a string', this.at(name), this.file);
    }
    return value ?? '';
  }

  boolean(name: string): boolean {
    const value = this.take(name);
    if (value !== null && typeof value !== 'boolean') {
      throw wrongType('true or false', this.at(name), this.file);
    }
    return value ?? false;
  }

  integer(name: string): number {
    const value = this.take(name) ?? 0;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      throw wrongType('an integer', this.at(name), this.file);
    }
    return value;
  }

  /** A mapping whose fields are somebody else's. */
  mapping(name: string): JsonObject | undefined {
    const value = this.take(name);
    if (value === null) {
      return undefined;
    }
    if (!isJsonObject(value)) {
      throw wrongType('a mapping', this.at(name), this.file);
    }
    return value;
  }

  any(name: string): JsonValue {
    return this.take(name);
  }

  private array(name: string): JsonValue[] {
    const value = this.take(name) ?? [];
    if (!Array.isArray(value)) {
      throw wrongType('a list', this.at(name), this.file);
    }
    return value;
  }

  strings(name: string): string[] {
    return this.array(name).map((item, i) => {
      if (item === null) {
        return '';
      }
      if (typeof item !== 'string') {
        throw wrongType('a string', `${this.at(name)}[${i}]`, this.file);
      }
      return item;
    });
  }

  objects(name: string): JsonObject[] {
    return this.array(name).map((item, i) => {
      if (!isJsonObject(item)) {
        throw wrongType('a mapping', `${this.at(name)}[${i}]`, this.file);
      }
      return item;
    });
  }

  list<T>(name: string, read: (reader: FieldReader) => T): T[] {
    return this.array(name).map((item, i) => {
      const path = `${this.at(name)}[${i}]`;
      const reader = FieldReader.of(item ?? {}, path, this.file, this.lenient);
      const result = read(reader);
      reader.finish();
      return result;
    });
  }

  object<T>(name: string, read: (reader: FieldReader) => T): T | undefined {
    const value = this.take(name);
    if (value === null) {
      return undefined;
    }
    const reader = FieldReader.of(
      value,
      this.at(name),
      this.file,
      this.lenient,
    );
    const result = read(reader);
    reader.finish();
    return result;
  }

  stringMap(name: string): Record<string, string> | undefined {
    const value = this.take(name);
    if (value === null) {
      return undefined;
    }
    if (!isJsonObject(value)) {
      throw wrongType('a mapping', this.at(name), this.file);
    }
    const result: Record<string, string> = {};
    for (const key of Object.keys(value)) {
      const item = this.asText(value[key]) ?? '';
      setOwn(result, key, item as string);
      if (typeof item !== 'string') {
        throw wrongType('a string', `${this.at(name)}.${key}`, this.file);
      }
    }
    return result;
  }

  /** Plugins, unlike kustomization files, turn scalars into text. */
  private asText(value: JsonValue): JsonValue {
    return this.lenient && value !== null && typeof value !== 'object'
      ? String(value)
      : value;
  }

  /** @throws KustomizeError where the mapping has other fields */
  finish(): void {
    if (this.lenient) {
      return;
    }
    for (const name of Object.keys(this.fields)) {
      if (!this.seen.has(name)) {
        throw new KustomizeError({
          code: 'invalid-kustomization',
          problem: `the field "${name}" is unknown`,
          file: this.file,
          field: this.at(name),
        });
      }
    }
  }
}

function wrongType(
  expected: string,
  field: string,
  file: string,
): KustomizeError {
  return new KustomizeError({
    code: 'invalid-kustomization',
    problem: `${expected} is expected`,
    file,
    field,
  });
}
