import { JsonObject, JsonValue, isJsonObject, setOwn } from '../JsonValue';
import { formatFloat } from '../writer/formatNumber';
import { Cursor } from './Cursor';
import {
  SpelledScalar,
  YamlDialect,
  needsSpelling,
  resolvePlain,
} from './scalars';

/** A value while it is read: spelled scalars occur only on request. */
export type ReadValue = JsonValue | SpelledScalar;

/** Node properties that stand before a value. */
export interface Properties {
  anchor?: string;
  tag?: string;
  pos: number;
}

const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** A number that is spelled as a float. */
const FLOAT_START = /^[-+]?[0-9_]*(?:\.|[0-9][eE])/;
/** Characters that are looked at to tell floats from integers. */
const LONGEST_NUMBER = 400;
const MAX_INT64 = 2n ** 63n - 1n;

const PREFIX = 'tag:yaml.org,2002:';

/** Turns scalars, anchors and keys into values. */
export class ValueBuilder {
  private readonly anchors = new Map<string, ReadValue>();
  private expanded = 0;

  constructor(
    private readonly options: {
      cursor: Cursor;
      dialect: YamlDialect;
      keepSpelling: boolean;
      exactIntegers: boolean;
      maxAliasNodes: number;
      budget: { values: number };
    },
  ) {}

  startDocument(): void {
    this.anchors.clear();
  }

  /** Takes values from what may be read. */
  count(pos: number, values = 1): void {
    const { budget, cursor } = this.options;
    budget.values -= values;
    if (budget.values < 0) {
      cursor.fail('there are too many values', { code: 'limit', pos });
    }
  }

  scalar(text: string, plain: boolean, properties?: Properties): ReadValue {
    const tag = properties?.tag;
    if (tag !== undefined) {
      return this.tagged(text, tag, properties!.pos);
    }
    if (!plain) {
      return text;
    }
    const { dialect, exactIntegers, keepSpelling } = this.options;
    const { value } = resolvePlain(text, dialect, exactIntegers);
    return keepSpelling && value !== text && needsSpelling(text, value)
      ? new SpelledScalar(text, value)
      : value;
  }

  private tagged(text: string, tag: string, pos: number): ReadValue {
    const { cursor, dialect, exactIntegers } = this.options;
    if (!tag.startsWith(PREFIX)) {
      return text;
    }
    const name = tag.slice(PREFIX.length);
    if (name === 'binary') {
      if (!BASE64.test(text.replace(/[\r\n]/g, ''))) {
        cursor.fail('the value is not of its tag !!binary', {
          code: 'tag',
          pos,
        });
      }
      return Buffer.from(text, 'base64').toString('utf8');
    }
    if (!['null', 'bool', 'int', 'float'].includes(name)) {
      return text;
    }
    const { kind, value } = resolvePlain(text, dialect, exactIntegers);
    if (kind === name || (name === 'float' && kind === 'int')) {
      return value;
    }
    return cursor.fail(`the value is not of its tag !!${name}`, {
      code: 'tag',
      pos,
    });
  }

  define(properties: Properties, value: ReadValue): void {
    if (properties.anchor !== undefined) {
      this.anchors.set(properties.anchor, value);
    }
  }

  /** The value of `*name`: a copy, since callers may change what they get. */
  alias(name: string, pos: number): ReadValue {
    const value = this.anchors.get(name);
    if (value === undefined) {
      this.options.cursor.fail(`the anchor "${name}" is not defined`, {
        code: 'alias',
        pos,
        hint: 'an anchor must stand before its alias, and not hold it',
      });
    }
    return this.copy(value, pos);
  }

  private copy(value: ReadValue, pos: number): ReadValue {
    this.count(pos);
    // Copies of long texts cost nothing until they are written.
    this.expanded +=
      typeof value === 'string' ? 1 + Math.floor(value.length / 1024) : 1;
    if (this.expanded > this.options.maxAliasNodes) {
      this.options.cursor.fail('aliases expand to too many values', {
        code: 'limit',
        pos,
      });
    }
    if (Array.isArray(value)) {
      return value.map(item => this.copy(item, pos) as JsonValue);
    }
    if (value instanceof SpelledScalar || !isJsonObject(value)) {
      return value;
    }
    const result: JsonObject = {};
    for (const key of Object.keys(value)) {
      setOwn(result, key, this.copy(value[key], pos) as JsonValue);
    }
    return result;
  }

  /** The JSON key of a mapping key, as sigs.k8s.io/yaml converts it. */
  key(value: ReadValue, pos: number): string {
    if (typeof value === 'string') {
      return value;
    }
    const { cursor, dialect } = this.options;
    const plain = value instanceof SpelledScalar ? value.value : value;
    if (typeof plain === 'string') {
      return plain;
    }
    if (plain === null || typeof plain === 'object') {
      return cursor.fail('a mapping key is not a scalar', {
        code: 'key',
        pos,
        hint: 'a template expression such as {{ x }} needs quotes',
      });
    }
    if (dialect === 'go-yaml-v3') {
      return cursor.fail('a mapping key is not a string', {
        code: 'key',
        pos,
        hint: 'put the key in quotes',
      });
    }
    if (typeof plain === 'bigint' && plain > MAX_INT64) {
      return cursor.fail('a mapping key is a number of more than 63 bits', {
        code: 'key',
        pos,
        hint: 'put the key in quotes',
      });
    }
    const spelling = cursor.text.slice(pos, pos + LONGEST_NUMBER);
    const isFloat =
      typeof plain === 'number' &&
      (FLOAT_START.test(spelling) || !Number.isSafeInteger(plain));
    return isFloat ? floatKey(plain) : String(plain);
  }
}

/** Keys that are floats have the digits of a float32. */
function floatKey(key: number): string {
  if (Number.isNaN(key)) {
    return '.nan';
  }
  const narrow = Math.fround(key);
  if (!Number.isFinite(narrow)) {
    return key > 0 ? '.inf' : '-.inf';
  }
  let digits = 1;
  while (Math.fround(Number(narrow.toPrecision(digits))) !== narrow) {
    digits++;
  }
  return formatFloat(Number(narrow.toPrecision(digits)));
}
