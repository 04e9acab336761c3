import { JsonObject, JsonValue } from '../JsonValue';
import { Cursor } from './Cursor';
import { MappingFields } from './MappingFields';
import { Properties, ReadValue, ValueBuilder } from './ValueBuilder';
import {
  AMPERSAND,
  ASTERISK,
  BANG,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DASH,
  DOUBLE_QUOTE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUESTION,
  SINGLE_QUOTE,
  isBlankOrEnd,
  isFlowIndicator,
  isReserved,
} from './characters';
import { YamlDialect } from './scalars';
import { scanPlain } from './scanPlain';
import { scanQuoted } from './scanQuoted';

const NOT_IN_TAG = /[^0-9A-Za-z_;/?:@&=+$,.!~*'()[\]%<>-]/;

/** How a text is read; see `parseDocuments` for the public form. */
export interface ReadOptions {
  file?: string;
  dialect?: YamlDialect;
  duplicateKeys?: 'error' | 'last';
  keepSpelling?: boolean;
  bigIntegers?: 'go' | 'exact';
  firstOnly?: boolean;
  maxDepth?: number;
  maxAliasNodes?: number;
  budget?: { values: number };
}

/** A key of a block mapping, already read. */
export interface Key {
  value: ReadValue;
  merge: boolean;
  pos: number;
}

/**
 * Reads what may stand on one line: properties, scalars, aliases and flow
 * collections, with the state that block and flow context share.
 */
export class FlowReader {
  protected readonly cursor: Cursor;
  protected readonly values: ValueBuilder;
  protected readonly dialect: YamlDialect;
  protected readonly keepLastDuplicate: boolean;
  protected readonly keepSpelling: boolean;
  protected readonly maxDepth: number;
  protected readonly tagHandles = new Map<string, string>();
  protected depth = 0;
  protected lastWasMerge = false;

  constructor(text: string, options: ReadOptions) {
    this.cursor = new Cursor(text, options.file);
    this.dialect = options.dialect ?? 'yaml11';
    this.keepLastDuplicate = options.duplicateKeys === 'last';
    this.maxDepth = options.maxDepth ?? 500;
    this.keepSpelling = options.keepSpelling ?? false;
    this.values = new ValueBuilder({
      cursor: this.cursor,
      dialect: this.dialect,
      keepSpelling: this.keepSpelling,
      exactIntegers: options.bigIntegers === 'exact',
      maxAliasNodes: options.maxAliasNodes ?? 200_000,
      budget: options.budget ?? { values: Infinity },
    });
  }
  protected enter(): void {
    if (++this.depth > this.maxDepth) {
      this.cursor.fail('values are nested too deeply', { code: 'limit' });
    }
  }

  protected finish(properties: Properties | undefined, value: ReadValue) {
    if (properties) {
      this.values.define(properties, value);
    }
    return value;
  }

  protected readProperties(flow: boolean): Properties {
    const { cursor } = this;
    const properties: Properties = { pos: cursor.pos };
    for (;;) {
      if (cursor.code === AMPERSAND && properties.anchor === undefined) {
        cursor.pos++;
        properties.anchor = this.readName('an anchor');
      } else if (cursor.code === BANG && properties.tag === undefined) {
        properties.tag = this.readTag(flow);
      } else {
        return properties;
      }
      const { pos, lineStart } = cursor;
      const crossed = cursor.skip(flow, true);
      if (crossed && !flow) {
        cursor.pos = pos;
        cursor.lineStart = lineStart;
        return properties;
      }
    }
  }

  protected readName(what: string): string {
    const { cursor } = this;
    const start = cursor.pos;
    while (/[0-9A-Za-z_-]/.test(cursor.text[cursor.pos] ?? '')) {
      cursor.pos++;
    }
    const next = cursor.code;
    if (
      cursor.pos === start ||
      !(isBlankOrEnd(next) || '?:,]}%@`'.includes(cursor.text[cursor.pos]))
    ) {
      cursor.fail(`the name of ${what} is not alphanumeric`);
    }
    return cursor.text.slice(start, cursor.pos);
  }

  protected readTag(flow: boolean): string {
    const { cursor } = this;
    const start = cursor.pos;
    while (
      !isBlankOrEnd(cursor.code) &&
      !(flow && isFlowIndicator(cursor.code))
    ) {
      cursor.pos++;
    }
    const raw = cursor.text.slice(start, cursor.pos);
    if (NOT_IN_TAG.test(raw)) {
      cursor.fail('a tag holds a character that it cannot', { pos: start });
    }
    if (raw.startsWith('!<') && raw.endsWith('>')) {
      return raw.slice(2, -1);
    }
    const handle = /^!(?:[0-9A-Za-z_-]*!)?/.exec(raw)![0];
    const prefix =
      this.tagHandles.get(handle) ??
      (handle === '!!' ? 'tag:yaml.org,2002:' : handle);
    if (handle.length > 2 && !this.tagHandles.has(handle)) {
      cursor.fail('a tag uses a handle that is not declared', { pos: start });
    }
    return prefix + raw.slice(handle.length);
  }

  /** A scalar, alias or flow collection. */
  protected readInline(
    indent: number,
    properties: Properties | undefined,
    flow: boolean,
  ): ReadValue {
    const { cursor } = this;
    const code = cursor.code;
    this.lastWasMerge = false;
    switch (code) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        return this.values.scalar(scanQuoted(cursor), false, properties);
      case ASTERISK: {
        const pos = cursor.pos;
        cursor.pos++;
        return this.values.alias(this.readName('an alias'), pos);
      }
      case OPEN_BRACKET:
        return this.readFlowSequence();
      case OPEN_BRACE:
        return this.readFlowMapping();
      default:
    }
    if (
      isReserved(code) ||
      code === BANG ||
      code === AMPERSAND ||
      (flow &&
        (code === DASH || code === QUESTION) &&
        isBlankOrEnd(cursor.at(1)))
    ) {
      cursor.fail(`a value cannot start with ${cursor.text[cursor.pos]}`, {
        hint: 'put it in quotes',
      });
    }
    const loose = this.dialect === 'yaml11';
    const text = scanPlain(cursor, flow, indent + 1, loose);
    this.lastWasMerge = text === '<<' && properties?.tag === undefined;
    return this.values.scalar(text, true, properties);
  }

  /** The null of a value that is not written at all. */
  protected nothing(): ReadValue {
    return this.values.scalar('', true);
  }

  protected readFlowSequence(): ReadValue {
    const { cursor } = this;
    const start = cursor.pos;
    this.enter();
    const items: JsonValue[] = [];
    cursor.pos++;
    for (;;) {
      this.skipFlow(start);
      if (cursor.code === CLOSE_BRACKET) {
        break;
      }
      const { value, isPair, pos, merge } = this.readFlowEntry();
      if (isPair) {
        const pair: JsonObject = {};
        const fields = new MappingFields(cursor, pair);
        this.put(fields, { value, merge, pos }, this.readFlowValue(start));
        items.push(pair);
      } else {
        items.push(value as JsonValue);
      }
      this.skipFlow(start);
      if (cursor.code === COMMA) {
        cursor.pos++;
      } else if (cursor.code !== CLOSE_BRACKET) {
        cursor.fail('"," or "]" is missing in a list');
      }
    }
    cursor.pos++;
    this.depth--;
    this.lastWasMerge = false;
    return items;
  }

  protected readFlowMapping(): ReadValue {
    const { cursor } = this;
    const start = cursor.pos;
    this.enter();
    const result: JsonObject = {};
    const fields = new MappingFields(cursor, result);
    cursor.pos++;
    for (;;) {
      this.skipFlow(start);
      if (cursor.code === CLOSE_BRACE) {
        break;
      }
      const { value, isPair, pos, merge } = this.readFlowEntry();
      const content = isPair ? this.readFlowValue(start) : this.nothing();
      this.put(fields, { value, merge, pos }, content);
      this.skipFlow(start);
      if (cursor.code === COMMA) {
        cursor.pos++;
      } else if (cursor.code !== CLOSE_BRACE) {
        cursor.fail('"," or "}" is missing in a mapping');
      }
    }
    cursor.pos++;
    this.depth--;
    this.lastWasMerge = false;
    return result;
  }

  protected skipFlow(start: number): void {
    this.cursor.skip(true, true);
    if (this.cursor.atEnd || this.cursor.atDocumentMarker()) {
      this.cursor.fail('a bracket or brace is not closed', { pos: start });
    }
  }

  protected readFlowEntry(): Key & { isPair: boolean } {
    const { cursor } = this;
    const { pos, lineStart: line } = cursor;
    const explicit = cursor.code === QUESTION && isBlankOrEnd(cursor.at(1));
    if (explicit) {
      cursor.pos++;
      cursor.skip(true, true);
    }
    let value: ReadValue = null;
    if (cursor.code !== COLON || !isBlankOrEnd(cursor.at(1))) {
      value = this.readFlowNode();
    }
    const merge = this.lastWasMerge;
    cursor.skip(true, true);
    const isPair = cursor.code === COLON || explicit;
    if (isPair && !explicit && cursor.lineStart !== line) {
      cursor.fail('a key and its ":" stand on different lines', { pos });
    }
    return { value, merge, pos, isPair };
  }

  protected readFlowValue(start: number): ReadValue {
    const { cursor } = this;
    if (cursor.code !== COLON) {
      return this.nothing();
    }
    cursor.pos++;
    this.skipFlow(start);
    return this.readFlowNode();
  }

  protected readFlowNode(): ReadValue {
    const { cursor } = this;
    this.values.count(cursor.pos);
    let properties: Properties | undefined;
    if (cursor.code === AMPERSAND || cursor.code === BANG) {
      properties = this.readProperties(true);
    }
    const code = cursor.code;
    if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      this.lastWasMerge = false;
      return this.finish(properties, this.values.scalar('', true, properties));
    }
    const value = this.readInline(-1, properties, true);
    return this.finish(properties, value);
  }

  protected put(fields: MappingFields, key: Key, value: ReadValue): void {
    if (key.merge) {
      fields.merge(value, key.pos, this.dialect);
      return;
    }
    const name = this.values.key(key.value, key.pos);
    fields.set(name, value, key.pos, this.keepLastDuplicate);
  }
}
