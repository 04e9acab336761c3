import { JsonValue, setOwn } from './JsonValue';
import { readYaml } from './reader/YamlReader';
import { YamlError } from './YamlError';

// A run of 16 digits or more may exceed 2^53 - 1; shorter ones never do.
const LONG_INTEGER = /[0-9]{16}/;

/**
 * Parses JSON. Integers beyond 2^53 - 1 become `bigint`; texts without such
 * numbers cost one native parse.
 *
 * @throws YamlError with code `syntax` and the position
 * @public
 */
export function parseJson(
  text: string,
  options?: { file?: string },
): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    // The native message quotes the text, which may hold a secret.
    throw new YamlError({
      code: 'syntax',
      problem: 'not valid JSON',
      file: options?.file,
    });
  }
  if (!LONG_INTEGER.test(text) || !holdsImpreciseNumber(value)) {
    return value;
  }
  // Valid JSON is valid flow YAML, and that reader keeps 64-bit integers.
  return readYaml(text, {
    file: options?.file,
    duplicateKeys: 'last',
    bigIntegers: 'exact',
  })[0].value as JsonValue;
}

function holdsImpreciseNumber(value: JsonValue): boolean {
  if (typeof value === 'number') {
    return Number.isInteger(value) && !Number.isSafeInteger(value);
  }
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return Object.values(value).some(holdsImpreciseNumber);
}

/** Replaces what JSON.stringify cannot write by marked strings. */
class JsonPreparation {
  readonly marks: string[] = [];
  // A private-use character followed by an index; strings that hold the same
  // character are kept apart because they too are replaced by a mark.
  private static readonly MARK = '\uE0B1';

  constructor(private readonly sortKeys: boolean) {}

  prepare(value: unknown): unknown {
    switch (typeof value) {
      case 'bigint':
        return this.mark(value.toString());
      case 'string':
        return value.includes(JsonPreparation.MARK)
          ? this.mark(JSON.stringify(value))
          : value;
      case 'number':
        if (!Number.isFinite(value)) {
          throw new YamlError({
            code: 'not-representable',
            problem: 'a number is infinite or not a number',
          });
        }
        return value;
      case 'object':
        break;
      default:
        return value;
    }
    if (value === null) {
      return null;
    }
    if (Array.isArray(value)) {
      return value.map(item => this.prepare(item));
    }
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      return this.prepare(value.toJSON());
    }
    const result: { [key: string]: unknown } = {};
    const keys = Object.keys(value);
    if (this.sortKeys) {
      keys.sort(compareCodePoints);
      return this.sorted(value as Record<string, unknown>, keys);
    }
    for (const key of keys) {
      if (key.includes(JsonPreparation.MARK)) {
        return this.sorted(value as Record<string, unknown>, keys);
      }
      setOwn(
        result,
        key,
        this.prepare((value as Record<string, unknown>)[key]),
      );
    }
    return result;
  }

  // Engines order integer-like keys first, so that a sorted object must be
  // written by hand.
  private sorted(value: Record<string, unknown>, keys: string[]): unknown {
    const parts: string[] = [];
    for (const key of keys) {
      const written = JSON.stringify(this.prepare(value[key]));
      if (written !== undefined) {
        parts.push(`${JSON.stringify(key)}:${this.restore(written)}`);
      }
    }
    return this.mark(`{${parts.join(',')}}`);
  }

  private mark(text: string): string {
    this.marks.push(text);
    return `${JsonPreparation.MARK}${this.marks.length - 1}`;
  }

  restore(text: string): string {
    return text.replace(/"\uE0B1([0-9]+)"/g, (_, index: string) => {
      return this.marks[Number(index)];
    });
  }
}

/**
 * Writes JSON; the counterpart of `parseJson`. `bigint` is written as an
 * integer of any size. `indent` as for `JSON.stringify`; `sortKeys` gives
 * Go's order of map keys (by code point).
 *
 * @throws YamlError `not-representable` for NaN and infinities, which
 * `JSON.stringify` would silently make null
 * @public
 */
export function stringifyJson(
  value: unknown,
  options?: { indent?: number; sortKeys?: boolean },
): string {
  if (!options?.sortKeys && isNative(value)) {
    return JSON.stringify(value, undefined, options?.indent);
  }
  const prepared = new JsonPreparation(options?.sortKeys ?? false);
  const plain = prepared.prepare(value);
  const text = JSON.stringify(plain, undefined, options?.indent);
  return prepared.marks.length > 0 ? prepared.restore(text) : text;
}

/** True where JSON.stringify alone gives the right text. */
function isNative(value: unknown): boolean {
  if (typeof value === 'number') {
    return Number.isFinite(value);
  }
  if (typeof value !== 'object' || value === null) {
    return typeof value !== 'bigint';
  }
  if (Array.isArray(value)) {
    return value.every(isNative);
  }
  for (const key in value) {
    if (!isNative((value as Record<string, unknown>)[key])) {
      return false;
    }
  }
  return true;
}

/**
 * Go's order of strings: by UTF-8 bytes, which is by code point (and not, as
 * in JavaScript, by UTF-16 unit).
 *
 * @public
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      // Halves of surrogate pairs sort behind the rest of the basic plane.
      const xHigh = x >= 0xd800 && x <= 0xdfff;
      const yHigh = y >= 0xd800 && y <= 0xdfff;
      return xHigh === yHigh ? x - y : Number(xHigh) - Number(yHigh);
    }
  }
  return a.length - b.length;
}
