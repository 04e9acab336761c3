import {
  getOwn,
  isJsonObject,
  JsonObject,
  JsonValue,
  setOwn,
} from '@backstage-gitops/kubernetes-yaml';
import { isSpace } from '../text/space';
import { readJsonPrefix } from './readJsonPrefix';
import type { SetKind } from './parseSet';
import { Values } from './tables';
import { ValuesError } from './ValuesError';

const MAX_INDEX = 65536;
const MAX_LEVELS = 30;

/** Whether the text goes on; where it ends, what is half read is dropped. */
type Outcome = 'more' | 'end';

/**
 * Reads one argument of `--set` and its like. The grammar has corners that
 * charts' users have come to rely on, such as `a=` for an empty string and
 * `a[0` for nothing at all, so it is read in the same steps as Helm's.
 */
export class SetParser {
  private readonly chars: string[];
  private at = 0;
  private readonly kind: SetKind;
  private readonly convert: (value: string) => JsonValue;
  private readonly stops: { key: string; item: string };

  constructor(options: {
    text: string;
    kind: SetKind;
    convert: (value: string) => JsonValue;
  }) {
    this.chars = [...options.text];
    this.kind = options.kind;
    this.convert = options.convert;
    this.stops = {
      key: options.kind === 'set-literal' ? '=[.' : '=[,.',
      item: '[.=',
    };
  }

  parseInto(values: Values): void {
    while (this.readKey(values, 0) === 'more') {
      // Each turn reads one assignment.
    }
  }

  private readKey(table: Values, level: number): Outcome {
    const { text: key, stop } = this.readUntil(this.stops.key);
    switch (stop) {
      case undefined:
        if (key === '') {
          return 'end';
        }
        throw invalid(`key ${show(key)} has no value`);
      case '[':
        return this.readListKey(table, key, level);
      case '=':
        return this.readValue(value => set(table, key, value));
      case ',':
        throw invalid(`key ${show(key)} has no value (cannot end with ,)`);
      default:
        return this.readNestedKey(table, key, level);
    }
  }

  private readListKey(table: Values, key: string, level: number): Outcome {
    const index = this.readIndex();
    if (index === undefined) {
      return 'end';
    }
    const present = getOwn(table, key) ?? [];
    if (!Array.isArray(present) || getOwn(table, key) === null) {
      throw invalid(`${show(key)} is no list`);
    }
    const { list, outcome } = this.readItem(present, index, level);
    set(table, key, list);
    return outcome;
  }

  private readNestedKey(table: Values, key: string, level: number): Outcome {
    if (level + 1 > MAX_LEVELS) {
      throw invalid(
        `value name nested level is greater than maximum supported nested level of ${MAX_LEVELS}`,
      );
    }
    const present = getOwn(table, key);
    const inner = present === undefined ? {} : present;
    if (!isJsonObject(inner)) {
      throw invalid(`${show(key)} is no table`);
    }
    const outcome = this.readKey(inner, level + 1);
    const empty = Object.keys(inner).length === 0;
    if (outcome === 'more' && empty) {
      throw invalid(`key map ${show(key)} has no value`);
    }
    if (!empty) {
      set(table, key, inner);
    }
    return outcome;
  }

  /** What follows the `]` of an index. */
  private readItem(
    list: JsonValue[],
    index: number,
    level: number,
  ): { list: JsonValue[]; outcome: Outcome } {
    if (index < 0) {
      throw invalid(`negative ${index} index not allowed`);
    }
    const { text, stop } = this.readUntil(this.stops.item);
    if (text !== '') {
      throw invalid(`unexpected data at end of array index: ${show(text)}`);
    }
    if (stop === undefined) {
      return { list, outcome: 'end' };
    }
    if (stop === '=') {
      let result = list;
      this.readValue(value => {
        result = setIndex(list, index, value);
      });
      // An end is told by the next key.
      return { list: result, outcome: 'more' };
    }
    return stop === '['
      ? this.readNestedList(list, index, level)
      : this.readNestedTable(list, index, level);
  }

  private readNestedList(list: JsonValue[], index: number, level: number) {
    const next = this.readIndex();
    if (next === undefined) {
      return { list, outcome: 'end' as const };
    }
    const present = list[index] ?? [];
    if (!Array.isArray(present)) {
      throw invalid(`item ${index} of a list is no list`);
    }
    const inner = this.readItem(present, next, level);
    return inner.outcome === 'end'
      ? { list, outcome: inner.outcome }
      : {
          list: setIndex(list, index, inner.list),
          outcome: inner.outcome,
        };
  }

  private readNestedTable(list: JsonValue[], index: number, level: number) {
    let inner: JsonObject = {};
    if (index < list.length) {
      const present = list[index];
      if (isJsonObject(present)) {
        inner = present;
      } else {
        list[index] = inner;
      }
    }
    const outcome = this.readKey(inner, level);
    return outcome === 'end'
      ? { list, outcome }
      : { list: setIndex(list, index, inner), outcome };
  }

  /** The number before `]`; undefined where the text ends before. */
  private readIndex(): number | undefined {
    const { text, stop } = this.readUntil(']');
    if (stop === undefined) {
      return undefined;
    }
    if (!/^[-+]?[0-9]+$/.test(text) || Math.abs(Number(text)) > 2 ** 62) {
      throw invalid(`error parsing index: ${show(text)} is no integer`);
    }
    return Number(text);
  }

  /** What follows `=`. */
  private readValue(assign: (value: JsonValue) => void): Outcome {
    if (this.kind === 'set-literal') {
      assign(this.chars.slice(this.at).join(''));
      this.at = this.chars.length;
      return 'more';
    }
    if (this.kind === 'set-json') {
      this.readJsonValue(assign);
      return 'more';
    }
    if (this.at >= this.chars.length) {
      assign('');
      return 'end';
    }
    if (this.chars[this.at] === '{') {
      this.at++;
      assign(this.readList());
    } else {
      assign(this.convert(this.readUntil(',').text));
    }
    return 'more';
  }

  private readJsonValue(assign: (value: JsonValue) => void): void {
    if (this.skipSeparator()) {
      assign(null);
      return;
    }
    const rest = this.chars.slice(this.at).join('');
    const { value, length } = readJsonPrefix(rest);
    assign(value);
    this.at += [...rest.slice(0, length)].length;
    this.skipSeparator();
  }

  /** Skips white space and a comma; true where nothing else came. */
  private skipSeparator(): boolean {
    while (this.at < this.chars.length) {
      const char = this.chars[this.at];
      if (char !== ',' && !isSpace(char)) {
        return false;
      }
      this.at++;
      if (char === ',') {
        return true;
      }
    }
    return true;
  }

  private readList(): JsonValue[] {
    const list: JsonValue[] = [];
    for (;;) {
      const { text, stop } = this.readUntil(',}');
      if (stop === undefined) {
        throw invalid("list must terminate with '}'");
      }
      list.push(this.convert(text));
      if (stop === '}') {
        if (this.chars[this.at] === ',') {
          this.at++;
        }
        return list;
      }
    }
  }

  private readUntil(stops: string): { text: string; stop?: string } {
    const escapes = this.kind !== 'set-literal';
    let text = '';
    while (this.at < this.chars.length) {
      const char = this.chars[this.at++];
      if (stops.includes(char)) {
        return { text, stop: char };
      }
      if (char === '\\' && escapes) {
        if (this.at < this.chars.length) {
          text += this.chars[this.at++];
        }
      } else {
        text += char;
      }
    }
    return { text };
  }
}

/** A key without a name is dropped. */
function set(table: Values, key: string, value: JsonValue): void {
  if (key !== '') {
    setOwn(table, key, value);
  }
}

function setIndex(
  list: JsonValue[],
  index: number,
  value: JsonValue,
): JsonValue[] {
  if (index > MAX_INDEX) {
    throw invalid(
      `index of ${index} is greater than maximum supported index of ${MAX_INDEX}`,
    );
  }
  let result = list;
  if (index >= list.length) {
    result = [...list];
    while (result.length <= index) {
      result.push(null);
    }
  }
  result[index] = value;
  return result;
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

function invalid(problem: string): ValuesError {
  return new ValuesError('invalid-set', problem);
}
