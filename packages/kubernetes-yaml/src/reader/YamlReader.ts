import { JsonObject, JsonValue } from '../JsonValue';
import { FlowReader, Key, ReadOptions } from './FlowReader';
import { MappingFields } from './MappingFields';
import { Properties, ReadValue } from './ValueBuilder';
import {
  AMPERSAND,
  BANG,
  BAR,
  COLON,
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
} from './characters';
import { scanBlock } from './scanBlock';
import { scanQuoted } from './scanQuoted';

/** One document; `pos` is where its content starts. */
export interface ReadDocument {
  value: ReadValue;
  empty: boolean;
  pos: number;
}

/** What a document costs, in values: even an empty one is an object or two. */
const DOCUMENT = 10;

/**
 * A recursive-descent reader of YAML 1.1 that gives plain data at once,
 * without tokens or a node tree: most of the time of a build is spent here.
 * Where libyaml (which go-yaml follows) and the specification differ, libyaml
 * wins.
 */
class YamlReader extends FlowReader {
  read(firstOnly: boolean): ReadDocument[] {
    const { cursor } = this;
    const documents: ReadDocument[] = [];
    for (;;) {
      let explicit = false;
      let needsStart = false;
      this.values.count(cursor.pos, DOCUMENT);
      this.tagHandles.clear();
      this.values.startDocument();
      cursor.skip(false, false);
      while (cursor.code === PERCENT && cursor.column === 0) {
        this.readDirective();
        cursor.skip(false, false);
        needsStart = true;
      }
      while (cursor.atDocumentMarker() && cursor.text[cursor.pos] === '.') {
        cursor.pos += 3;
        cursor.skip(false, true);
      }
      let blockAllowed = true;
      if (needsStart && !cursor.atDocumentMarker()) {
        cursor.fail('a directive that no "---" follows');
      }
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
        if (firstOnly) {
          return documents;
        }
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
      if (firstOnly) {
        return documents;
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

  /**
   * Reads a node in block context. `indent` is the column of the enclosing
   * collection; `blockAllowed` whether a block collection may start here,
   * which is not so behind `key: ` on the same line.
   */
  private readNode(indent: number, blockAllowed: boolean): ReadValue {
    this.enter();
    this.values.count(this.cursor.pos);
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
        this.values.scalar(
          scanBlock(cursor, indent, this.keepSpelling),
          false,
          properties,
        ),
      );
    }
    // A scalar, alias or flow collection: it is a key if a colon follows.
    const keyPos = cursor.pos;
    const keyColumn = cursor.column;
    const line = cursor.lineStart;
    const value = this.readInline(indent, properties, false);
    const multiline = cursor.lineStart !== line;
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
    const line = cursor.lineStart;
    const value = this.readInline(column, properties, false);
    const multiline = cursor.lineStart !== line;
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
    const opensLine = cursor.opensLine();
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
}

/** Reads all documents of a text. */
export function readYaml(text: string, options: ReadOptions): ReadDocument[] {
  return new YamlReader(text, options).read(options.firstOnly ?? false);
}
