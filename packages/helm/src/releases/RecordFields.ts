import {
  isJsonObject,
  JsonObject,
  JsonValue,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { decodeBase64 } from './decodeBase64';
import { isZeroTime, normalizeTime } from './recordTime';
import { ReleaseError } from './ReleaseError';

/**
 * The fields of one struct of a record, read as Go's encoding/json does: null
 * is as good as nothing, names match in any case, fields nobody asks for are
 * passed over. Integers may be written as floats, which Go refuses in places.
 */
export class RecordFields {
  private constructor(
    private readonly object: JsonObject,
    private readonly path: string,
  ) {}

  /**
   * Undefined where the value is null.
   *
   * @throws ReleaseError `invalid-field`
   */
  static of(value: JsonValue, path = ''): RecordFields | undefined {
    if (value === null) {
      return undefined;
    }
    return isJsonObject(value)
      ? new RecordFields(value, path)
      : wrong(path, 'an object');
  }

  /** Where a field is, from the root of the record. */
  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  isNull(name: string): boolean {
    return this.get(name) === null;
  }

  string(name: string): string {
    return stringOf(this.get(name), this.at(name));
  }

  /** Undefined where it is empty. */
  optional(name: string): string | undefined {
    return this.string(name) || undefined;
  }

  integer(name: string): number {
    const value = this.get(name) ?? 0;
    return Number.isSafeInteger(value)
      ? Number(value) + 0
      : wrong(this.at(name), 'an integer');
  }

  boolean(name: string): boolean {
    const value = this.get(name) ?? false;
    return typeof value === 'boolean'
      ? value
      : wrong(this.at(name), 'true or false');
  }

  /** As it is written, Go's zero time included; undefined for null. */
  anyTime(name: string): string | undefined {
    const value = this.get(name);
    if (value === null) {
      return undefined;
    }
    const time = typeof value === 'string' ? normalizeTime(value) : undefined;
    return time ?? wrong(this.at(name), 'a time in RFC 3339');
  }

  /** Undefined for Go's zero time; `empty` takes an empty text for it. */
  time(name: string, options: { empty?: boolean } = {}): string | undefined {
    if (options.empty && this.get(name) === '') {
      return undefined;
    }
    const time = this.anyTime(name);
    return time === undefined || isZeroTime(time) ? undefined : time;
  }

  bytes(name: string): Uint8Array | undefined {
    const value = this.get(name);
    if (value === null) {
      return undefined;
    }
    const bytes = typeof value === 'string' ? decodeBase64(value) : undefined;
    return bytes ?? wrong(this.at(name), 'a text in base64');
  }

  /** Values of any kind. */
  values(name: string): JsonObject | undefined {
    const value = this.get(name);
    if (value === null) {
      return undefined;
    }
    return isJsonObject(value) ? value : wrong(this.at(name), 'an object');
  }

  texts(name: string): Record<string, string> {
    const result: Record<string, string> = {};
    const map = this.values(name) ?? {};
    for (const key of Object.keys(map)) {
      setOwn(result, key, stringOf(map[key], `${this.at(name)}.${key}`));
    }
    return result;
  }

  struct(name: string): RecordFields | undefined {
    return RecordFields.of(this.get(name), this.at(name));
  }

  strings(name: string): string[] {
    return this.list(name).map((item, i) =>
      stringOf(item, `${this.at(name)}[${i}]`),
    );
  }

  /** Elements may not be null: Helm crashes where one is. */
  structs<T>(
    name: string,
    read: (fields: RecordFields, index: number) => T,
  ): T[] {
    return this.list(name).map((item, i) => {
      const path = `${this.at(name)}[${i}]`;
      return read(RecordFields.of(item, path) ?? wrong(path, 'an object'), i);
    });
  }

  list(name: string): JsonValue[] {
    const value = this.get(name) ?? [];
    return Array.isArray(value) ? value : wrong(this.at(name), 'a list');
  }

  private get(name: string): JsonValue {
    if (Object.hasOwn(this.object, name)) {
      return this.object[name];
    }
    const key = Object.keys(this.object).find(
      other => other.toLowerCase() === name.toLowerCase(),
    );
    return key === undefined ? null : this.object[key];
  }
}

function stringOf(value: JsonValue, path: string): string {
  const text = value ?? '';
  return typeof text === 'string' ? text : wrong(path, 'a text');
}

function wrong(path: string, wanted: string): never {
  const field = path === '' ? 'its content' : path;
  throw new ReleaseError(
    'invalid-field',
    `the record of the release cannot be read: ${field} must be ${wanted}`,
  );
}
