import {
  compareStrings,
  GoObject,
  isBytes,
} from '@backstage-gitops/go-template';
import { checkTextLength } from '../bounds';
import {
  cycleError,
  Fields,
  jsonForm,
  MAX_DEPTH,
  NumberText,
  unsupportedNumber,
} from './jsonForm';

// eslint-disable-next-line no-control-regex
const SPECIAL = /["\\<>&\0-\x1f\u2028\u2029\ud800-\udfff]/;
// eslint-disable-next-line no-control-regex
const SPECIAL_RAW = /["\\\0-\x1f\u2028\u2029\ud800-\udfff]/;
// eslint-disable-next-line no-control-regex
const ESCAPED = /["\\<>&\0-\x1f\u2028\u2029]|\p{Surrogate}/gu;
// eslint-disable-next-line no-control-regex
const ESCAPED_RAW = /["\\\0-\x1f\u2028\u2029]|\p{Surrogate}/gu;
const SURROGATE = /[\ud800-\udfff]/;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escapeUnit(unit: string): string {
  const short = SHORT_ESCAPES.get(unit);
  if (short !== undefined) {
    return short;
  }
  const code = unit.charCodeAt(0);
  // A byte that is no UTF-8.
  return code >= 0xd800 && code <= 0xdfff
    ? '\\ufffd'
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** The own keys of a map that have a value, sorted by their bytes. */
function keysOf(map: { readonly [key: string]: unknown }): string[] {
  const keys = Object.keys(map);
  let sorted = true;
  let simple = true;
  for (let i = 0; i < keys.length; i++) {
    sorted &&= i === 0 || keys[i - 1] < keys[i];
    simple &&= !SURROGATE.test(keys[i]);
  }
  if (!simple) {
    return keys.sort(compareStrings);
  }
  return sorted ? keys : keys.sort();
}

/** How a value is written. */
export interface JsonStyle {
  /** Leaves `<`, `>` and `&` as they are. */
  readonly raw?: boolean;
  /** Lines with an indentation of two spaces. */
  readonly pretty?: boolean;
}

/** Writes values as Go's encoding/json does: `json.Marshal`. */
class JsonWriter {
  private out = '';
  private depth = 0;
  private readonly keys = new Map<string, string>();
  private readonly special: RegExp;
  private readonly escaped: RegExp;

  constructor(private readonly style: JsonStyle) {
    this.special = style.raw ? SPECIAL_RAW : SPECIAL;
    this.escaped = style.raw ? ESCAPED_RAW : ESCAPED;
  }

  write(value: unknown): string {
    this.value(value, '\n');
    return this.out;
  }

  private value(value: unknown, line: string): void {
    checkTextLength(this.out.length);
    switch (typeof value) {
      case 'string':
        this.out += this.quote(value);
        return;
      case 'number':
        if (!Number.isFinite(value)) {
          throw unsupportedNumber(value);
        }
        this.out += Object.is(value, -0) ? '-0' : value;
        return;
      case 'boolean':
      case 'bigint':
        this.out += value;
        return;
      default:
    }
    if (value === null || value === undefined) {
      this.out += 'null';
      return;
    }
    if (++this.depth > MAX_DEPTH) {
      throw cycleError(value);
    }
    if (Array.isArray(value)) {
      this.list(value, line);
    } else if (value instanceof Fields) {
      this.fields(value, line);
    } else if (value instanceof NumberText) {
      this.out += value.text;
    } else if (value instanceof GoObject || isBytes(value)) {
      this.value(jsonForm(value), line);
    } else if (typeof value === 'object') {
      this.map(value as Record<string, unknown>, line);
    } else {
      this.value(jsonForm(value), line);
    }
    this.depth--;
  }

  private list(elements: readonly unknown[], line: string): void {
    if (elements.length === 0) {
      this.out += '[]';
      return;
    }
    const inner = this.style.pretty ? `${line}  ` : '';
    this.out += '[';
    for (let i = 0; i < elements.length; i++) {
      this.out += i === 0 ? inner : `,${inner}`;
      this.value(elements[i], inner);
    }
    this.out += this.style.pretty ? `${line}]` : ']';
  }

  private map(map: { readonly [key: string]: unknown }, line: string): void {
    const keys = keysOf(map);
    let first = true;
    const inner = this.style.pretty ? `${line}  ` : '';
    for (let i = 0; i < keys.length; i++) {
      const element = map[keys[i]];
      if (element !== undefined) {
        this.out += (first ? '{' : ',') + inner + this.key(keys[i]);
        first = false;
        this.value(element, inner);
      }
    }
    this.close(first, line);
  }

  private fields({ entries }: Fields, line: string): void {
    const inner = this.style.pretty ? `${line}  ` : '';
    let first = true;
    for (const [name, element] of entries) {
      this.out += (first ? '{' : ',') + inner + this.key(name);
      first = false;
      this.value(element, inner);
    }
    this.close(first, line);
  }

  private close(empty: boolean, line: string): void {
    if (empty) {
      this.out += '{}';
    } else {
      this.out += this.style.pretty ? `${line}}` : '}';
    }
  }

  /** Keys repeat, so that they are quoted once. */
  private key(key: string): string {
    let text = this.keys.get(key);
    if (text === undefined) {
      text = this.quote(key) + (this.style.pretty ? ': ' : ':');
      this.keys.set(key, text);
    }
    return text;
  }

  private quote(text: string): string {
    return this.special.test(text)
      ? `"${text.replace(this.escaped, escapeUnit)}"`
      : `"${text}"`;
  }
}

/**
 * The text that `json.Marshal`, `json.MarshalIndent` or an encoder that leaves
 * HTML alone gives (Go 1.26): keys sorted by their bytes, the shortest numbers.
 *
 * @throws MarshalError for what JSON has no form for: NaN, functions, cycles
 */
export function writeJson(value: unknown, style: JsonStyle = {}): string {
  return new JsonWriter(style).write(value);
}
