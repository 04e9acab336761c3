import { JsonObject, JsonValue } from '../JsonValue';
import { Cursor } from './Cursor';
import { MappingFields } from './MappingFields';
import { Properties, ReadValue, ValueBuilder } from './ValueBuilder';
import {
  AMPERSAND,
  ASTERISK,
  BANG,
  BAR,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DASH,
  DOUBLE_QUOTE,
  GREATER,
  OPEN_BRACE,
  OPEN_BRACKET,
  PERCENT,
  QUESTION,
  SINGLE_QUOTE,
  isBlankOrEnd,
  isBreak,
  isFlowIndicator,
} from './characters';
import { YamlDialect } from './scalars';
import { scanBlock } from './scanBlock';
import { scanPlain } from './scanPlain';
import { scanQuoted } from './scanQuoted';

/** How a text is read; see `parseDocuments` for the public form. */
export interface ReadOptions {
  file?: string;
  dialect?: YamlDialect;
  duplicateKeys?: 'error' | 'last';
  keepSpelling?: boolean;
  bigIntegers?: 'go' | 'exact';
  maxDepth?: number;
  maxAliasNodes?: number;
}

/** One document; `pos` is where its content starts. */
export interface ReadDocument {
  value: ReadValue;
  empty: boolean;
  pos: number;
}

/** A key of a block mapping, already read. */
interface Key {
  value: ReadValue;
  merge: boolean;
  pos: number;
}

/**
 * A recursive-descent reader of YAML 1.1 that gives plain data at once,
 * without tokens or a node tree: most of the time of a build is spent here.
 * Where libyaml (which go-yaml follows) and the specification differ, libyaml
 * wins.
 */
class YamlReader {
  private readonly cursor: Cursor;
  private readonly values: ValueBuilder;
  private readonly dialect: YamlDialect;
  private readonly keepLastDuplicate: boolean;
  private readonly maxDepth: number;
  private readonly tagHandles = new Map<string, string>();
  private depth = 0;
  private lastWasMerge = false;

  constructor(text: string, options: ReadOptions) {
    this.cursor = new Cursor(text, options.file);
    this.dialect = options.dialect ?? 'yaml11';
    this.keepLastDuplicate = options.duplicateKeys === 'last';
    this.maxDepth = options.maxDepth ?? 500;
    this.values = new ValueBuilder({
      cursor: this.cursor,
      dialect: this.dialect,
      keepSpelling: options.keepSpelling ?? false,
      exactIntegers: options.bigIntegers === 'exact',
      maxAliasNodes: options.maxAliasNodes ?? 200_000,
    });
  }

  read(): ReadDocument[] {
    const { cursor } = this;
    const documents: ReadDocument[] = [];
    for (;;) {
      let explicit = false;
      this.tagHandles.clear();
      this.values.startDocument();
      cursor.skip(false, false);
      while (cursor.code === PERCENT && cursor.column === 0) {
        this.readDirective();
        cursor.skip(false, false);
      }
      while (cursor.atDocumentMarker() && cursor.text[cursor.pos] === '.') {
        cursor.pos += 3;
        cursor.skip(false, true);
      }
      let blockAllowed = true;
      if (cursor.atDocumentMarker()) {
        explicit = true;
        cursor.pos += 3;
        blockAllowed = cursor.skip(false, true);
      }
      if (cursor.atEnd) {
        if (explicit) {
          documents.push({ value: null, empty: true, pos: cursor.pos });
        }
        return documents;
      }
      if (cursor.atDocumentMarker()) {
        documents.push({ value: null, empty: true, pos: cursor.pos });
        continue;
      }
      const pos = cursor.pos;
      const value = this.readNode(-1, blockAllowed);
      documents.push({ value, empty: false, pos });
      cursor.skip(false, true);
      if (!cursor.atEnd && !cursor.atDocumentMarker()) {
        cursor.fail('text that belongs to nothing', {
          hint: 'check the indentation of this line and the one before',
        });
      }
    }
  }

  private readDirective(): void {
    const { cursor } = this;
    const start = cursor.pos;
    while (!cursor.atEnd && !isBreak(cursor.code)) {
      cursor.pos++;
    }
    const parts = cursor.text.slice(start, cursor.pos).split(/[ \t]+/);
    if (parts[0] === '%TAG' && parts.length >= 3) {
      this.tagHandles.set(parts[1], parts[2]);
    } else if (parts[0] !== '%YAML') {
      cursor.fail('an unknown directive', { pos: start });
    }
  }

  private enter(): void {
    if (++this.depth > this.maxDepth) {
      this.cursor.fail('values are nested too deeply', { code: 'limit' });
    }
  }

  /**
   * Reads a node in block context. `indent` is the column of the enclosing
   * collection; `blockAllowed` whether a block collection may start here,
   * which is not so behind `key: ` on the same line.
   */
  private readNode(indent: number, blockAllowed: boolean): ReadValue {
    this.enter();
    const value = this.readNodeInner(indent, blockAllowed);
    this.depth--;
    return value;
  }

  private readNodeInner(indent: number, blockAllowed: boolean): ReadValue {
    const { cursor } = this;
    const start = cursor.pos;
    const column = cursor.column;
    let properties: Properties | undefined;
    let allowed = blockAllowed;
    if (cursor.code === AMPERSAND || cursor.code === BANG) {
      properties = this.readProperties(false);
      const crossed = cursor.skip(false, true);
      if (crossed) {
        const atSequence =
          cursor.column === indent &&
          cursor.at(0) === DASH &&
          isBlankOrEnd(cursor.at(1));
        if (
          cursor.atEnd ||
          cursor.atDocumentMarker() ||
          (cursor.column <= indent && !atSequence)
        ) {
          return this.finish(
            properties,
            this.values.scalar('', true, properties),
          );
        }
        allowed = true;
      } else if (blockAllowed && this.startsInlineKey()) {
        // `&anchor key: value`: the properties are the key's.
        cursor.pos = start;
        return this.readBlockMapping(column, undefined);
      }
      if (cursor.atEnd) {
        return this.finish(
          properties,
          this.values.scalar('', true, properties),
        );
      }
    }
    const code = cursor.code;
    if (code === DASH && isBlankOrEnd(cursor.at(1))) {
      if (!allowed) {
        cursor.fail('a list item is not allowed here', {
          hint: 'start the list on the next line',
        });
      }
      return this.readBlockSequence(cursor.column, properties);
    }
    if (code === QUESTION && isBlankOrEnd(cursor.at(1))) {
      return this.readBlockMapping(cursor.column, properties);
    }
    if (code === COLON && isBlankOrEnd(cursor.at(1))) {
      return this.readBlockMapping(cursor.column, properties);
    }
    if (code === BAR || code === GREATER) {
      return this.finish(
        properties,
        this.values.scalar(scanBlock(cursor, indent), false, properties),
      );
    }
    // A scalar, alias or flow collection: it is a key if a colon follows.
    const keyPos = cursor.pos;
    const keyColumn = cursor.column;
    const { value, multiline } = this.readInline(indent, properties, false);
    const merge = this.lastWasMerge;
    const afterPos = cursor.pos;
    const afterLineStart = cursor.lineStart;
    while (cursor.code === 0x20 || cursor.code === 0x09) {
      cursor.pos++;
    }
    if (cursor.code === COLON && isBlankOrEnd(cursor.at(1))) {
      if (!allowed || multiline) {
        cursor.fail('a mapping is not allowed here', {
          hint: 'put text that holds ": " in quotes, or check the indentation',
        });
      }
      return this.readBlockMapping(keyColumn, properties, {
        value,
        merge,
        pos: keyPos,
      });
    }
    cursor.pos = afterPos;
    cursor.lineStart = afterLineStart;
    return this.finish(properties, value);
  }

  private finish(properties: Properties | undefined, value: ReadValue) {
    if (properties) {
      this.values.define(properties, value);
    }
    return value;
  }

  /** Looks ahead, after properties, for `key:` on the same line. */
  private startsInlineKey(): boolean {
    const { cursor } = this;
    const { pos, lineStart } = cursor;
    const code = cursor.code;
    if (
      code === BAR ||
      code === GREATER ||
      code === OPEN_BRACE ||
      code === OPEN_BRACKET ||
      isBlankOrEnd(code)
    ) {
      return false;
    }
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      scanQuoted(cursor);
    } else {
      while (
        !cursor.atEnd &&
        !isBreak(cursor.code) &&
        !(cursor.code === COLON && isBlankOrEnd(cursor.at(1)))
      ) {
        cursor.pos++;
      }
    }
    while (cursor.code === 0x20) {
      cursor.pos++;
    }
    const isKey =
      cursor.lineStart === lineStart &&
      cursor.code === COLON &&
      isBlankOrEnd(cursor.at(1));
    cursor.pos = pos;
    cursor.lineStart = lineStart;
    return isKey;
  }

  private readProperties(flow: boolean): Properties {
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

  private readName(what: string): string {
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

  private readTag(flow: boolean): string {
    const { cursor } = this;
    const start = cursor.pos;
    while (
      !isBlankOrEnd(cursor.code) &&
      !(flow && isFlowIndicator(cursor.code))
    ) {
      cursor.pos++;
    }
    const raw = cursor.text.slice(start, cursor.pos);
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
  private readInline(
    indent: number,
    properties: Properties | undefined,
    flow: boolean,
  ): { value: ReadValue; multiline: boolean } {
    const { cursor } = this;
    const code = cursor.code;
    const startLine = cursor.lineStart;
    this.lastWasMerge = false;
    switch (code) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE: {
        const { text, multiline } = scanQuoted(cursor);
        return {
          value: this.values.scalar(text, false, properties),
          multiline,
        };
      }
      case ASTERISK: {
        const pos = cursor.pos;
        cursor.pos++;
        const value = this.values.alias(this.readName('an alias'), pos);
        return { value, multiline: false };
      }
      case OPEN_BRACKET: {
        const value = this.readFlowSequence();
        return { value, multiline: cursor.lineStart !== startLine };
      }
      case OPEN_BRACE: {
        const value = this.readFlowMapping();
        return { value, multiline: cursor.lineStart !== startLine };
      }
      default:
    }
    const char = cursor.text[cursor.pos];
    if (
      ',]}|>%@`#'.includes(char) ||
      (flow &&
        (code === DASH || code === QUESTION) &&
        isBlankOrEnd(cursor.at(1)))
    ) {
      cursor.fail(`a value cannot start with ${char}`, {
        hint: 'put it in quotes',
      });
    }
    const { text, multiline } = scanPlain(cursor, {
      flow,
      indent: indent + 1,
      looseQuestionMark: this.dialect === 'yaml11',
    });
    this.lastWasMerge = text === '<<' && properties?.tag === undefined;
    return { value: this.values.scalar(text, true, properties), multiline };
  }

  private readBlockSequence(
    column: number,
    properties: Properties | undefined,
  ): ReadValue {
    const { cursor } = this;
    const items: JsonValue[] = [];
    for (;;) {
      cursor.pos++;
      const crossed = cursor.skip(false, false);
      if (
        cursor.atEnd ||
        (crossed && (cursor.column <= column || cursor.atDocumentMarker()))
      ) {
        items.push(this.nothing() as JsonValue);
      } else {
        items.push(this.readNode(column, true) as JsonValue);
        cursor.skip(false, true);
      }
      if (
        cursor.atEnd ||
        cursor.column !== column ||
        cursor.code !== DASH ||
        !isBlankOrEnd(cursor.at(1))
      ) {
        break;
      }
    }
    if (!cursor.atEnd && cursor.column > column) {
      cursor.fail('wrong indentation in a list', {
        hint: 'items of a list start in the same column',
      });
    }
    return this.finish(properties, items);
  }

  private readBlockMapping(
    column: number,
    properties: Properties | undefined,
    firstKey?: Key,
  ): ReadValue {
    const { cursor } = this;
    const result: JsonObject = {};
    const fields = new MappingFields(cursor, result);
    let key = firstKey;
    for (;;) {
      key ??= this.readBlockKey(column);
      const value = this.readBlockValue(column);
      this.put(fields, key, value);
      key = undefined;
      cursor.skip(false, true);
      if (
        cursor.atEnd ||
        cursor.column !== column ||
        cursor.atDocumentMarker()
      ) {
        break;
      }
      if (cursor.code === DASH && isBlankOrEnd(cursor.at(1))) {
        cursor.fail('a list item stands where a key is expected');
      }
    }
    if (!cursor.atEnd && cursor.column > column) {
      cursor.fail('wrong indentation in a mapping', {
        hint: 'keys of a mapping start in the same column',
      });
    }
    return this.finish(properties, result);
  }

  private readBlockKey(column: number): Key {
    const { cursor } = this;
    const pos = cursor.pos;
    if (cursor.code === QUESTION && isBlankOrEnd(cursor.at(1))) {
      cursor.pos++;
      const crossed = cursor.skip(false, false);
      const value =
        cursor.atEnd || (crossed && cursor.column <= column)
          ? null
          : this.readNode(column, true);
      cursor.skip(false, true);
      return { value, merge: this.lastWasMerge, pos };
    }
    if (cursor.code === COLON && isBlankOrEnd(cursor.at(1))) {
      return { value: null, merge: false, pos };
    }
    let properties: Properties | undefined;
    if (cursor.code === AMPERSAND || cursor.code === BANG) {
      properties = this.readProperties(false);
    }
    const { value, multiline } = this.readInline(column, properties, false);
    const merge = this.lastWasMerge;
    this.finish(properties, value);
    while (cursor.code === 0x20 || cursor.code === 0x09) {
      cursor.pos++;
    }
    if (multiline || cursor.code !== COLON || !isBlankOrEnd(cursor.at(1))) {
      cursor.fail('a key without ":"', {
        pos,
        hint: 'write "key: value", and indent what belongs to the line before',
      });
    }
    return { value, merge, pos };
  }

  /** Reads `: value`; a missing colon (after `? key`) means null. */
  private readBlockValue(column: number): ReadValue {
    const { cursor } = this;
    if (cursor.code !== COLON || !isBlankOrEnd(cursor.at(1))) {
      return this.nothing();
    }
    // A colon that opens its line (after `? key`) may hold a block inline.
    const opensLine = /^[ ]*$/.test(
      cursor.text.slice(cursor.lineStart, cursor.pos),
    );
    cursor.pos++;
    const crossed = cursor.skip(false, !opensLine);
    if (cursor.atEnd) {
      return this.nothing();
    }
    if (!crossed) {
      return this.readNode(column, opensLine);
    }
    if (cursor.column > column && !cursor.atDocumentMarker()) {
      return this.readNode(column, true);
    }
    if (
      cursor.column === column &&
      cursor.at(0) === DASH &&
      isBlankOrEnd(cursor.at(1))
    ) {
      return this.readNode(column, true);
    }
    return this.nothing();
  }

  /** The null of a value that is not written at all. */
  private nothing(): ReadValue {
    return this.values.scalar('', true);
  }

  private readFlowSequence(): ReadValue {
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

  private readFlowMapping(): ReadValue {
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

  private skipFlow(start: number): void {
    this.cursor.skip(true, true);
    if (this.cursor.atEnd || this.cursor.atDocumentMarker()) {
      this.cursor.fail('a bracket or brace is not closed', { pos: start });
    }
  }

  private readFlowEntry(): Key & { isPair: boolean } {
    const { cursor } = this;
    const pos = cursor.pos;
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
    return { value, merge, pos, isPair: cursor.code === COLON || explicit };
  }

  private readFlowValue(start: number): ReadValue {
    const { cursor } = this;
    if (cursor.code !== COLON) {
      return this.nothing();
    }
    cursor.pos++;
    this.skipFlow(start);
    return this.readFlowNode();
  }

  private readFlowNode(): ReadValue {
    const { cursor } = this;
    let properties: Properties | undefined;
    if (cursor.code === AMPERSAND || cursor.code === BANG) {
      properties = this.readProperties(true);
    }
    const code = cursor.code;
    if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      this.lastWasMerge = false;
      return this.finish(properties, this.values.scalar('', true, properties));
    }
    const { value } = this.readInline(-1, properties, true);
    return this.finish(properties, value);
  }

  private put(fields: MappingFields, key: Key, value: ReadValue): void {
    if (key.merge) {
      fields.merge(value, key.pos, this.dialect);
      return;
    }
    const name = this.values.key(key.value, key.pos);
    fields.set(name, value, key.pos, this.keepLastDuplicate);
  }
}

/** Reads all documents of a text. */
export function readYaml(text: string, options: ReadOptions): ReadDocument[] {
  return new YamlReader(text, options).read();
}
