import { SpelledScalar } from '../reader/scalars';
import { YamlError } from '../YamlError';
import { isLineBreak, isPrintable, styleOf } from './analyzeScalar';
import { formatNumber } from './formatNumber';
import { sortedKeys } from './sortKeys';

/** Options of the emitter; the defaults are those of sigs.k8s.io/yaml. */
export interface WriterOptions {
  /** Column near which plain and quoted text folds; 80. */
  width?: number;
  /** Keys in natural order; true. */
  sortKeys?: boolean;
}

const INDENT = 2;
const LONGEST_SIMPLE_KEY = 128;

/**
 * Writes plain data as go-yaml v2.4's emitter does in block style. Two columns
 * matter: where the cursor is, for folding, and the indentation of the
 * enclosing collection, for what follows a break.
 */
export class YamlWriter {
  private readonly parts: string[] = [];
  /** Where the value that is written stands, for errors. */
  private readonly path: (string | number)[] = [];
  private column = 0;
  private readonly width: number;
  private readonly sortKeys: boolean;

  constructor(options: WriterOptions = {}) {
    this.width = options.width ?? 80;
    this.sortKeys = options.sortKeys ?? true;
  }

  write(value: unknown): string {
    this.writeNode(value, 0, '');
    this.breakLine(0);
    return this.parts.join('');
  }

  /**
   * Writes a value. `indent` is the column of a collection written here, or
   * (plus two) of a scalar's further lines; `lead` is what stands before an
   * inline value, empty or a space.
   */
  private writeNode(value: unknown, indent: number, lead: string): void {
    const text = textOf(value);
    if (text !== undefined) {
      this.put(lead);
      this.writeString(text, indent, false);
    } else if (Array.isArray(value)) {
      if (value.length === 0) {
        this.put(`${lead}[]`);
      } else {
        this.put(lead);
        this.writeSequence(value, indent);
      }
    } else if (isMapping(value)) {
      const keys = this.sortKeys ? sortedKeys(value) : Object.keys(value);
      if (keys.length === 0) {
        this.put(`${lead}{}`);
      } else {
        this.put(lead);
        this.writeMapping(value, keys, indent);
      }
    } else {
      this.put(lead + this.formatScalar(value));
    }
  }

  private writeMapping(
    value: Record<string, unknown>,
    keys: string[],
    indent: number,
  ): void {
    let first = true;
    for (const key of keys) {
      const item = value[key];
      if (item === undefined) {
        continue;
      }
      if (!first) {
        this.breakLine(indent);
      }
      first = false;
      if (isSimpleKey(key)) {
        this.writeString(key, indent, true);
      } else {
        this.put('? ');
        this.writeString(key, indent, false);
        this.breakLine(indent);
      }
      this.put(':');
      this.path.push(key);
      if (Array.isArray(item) && item.length > 0) {
        // Lists are not indented within a mapping.
        this.breakLine(indent);
        this.writeSequence(item, indent);
      } else if (isMapping(item) && !isEmpty(item)) {
        this.breakLine(indent + INDENT);
        this.writeNode(item, indent + INDENT, '');
      } else {
        this.writeNode(item, indent, ' ');
      }
      this.path.pop();
    }
  }

  private writeSequence(value: readonly unknown[], indent: number): void {
    value.forEach((item, i) => {
      this.path.push(i);
      if (i > 0) {
        this.breakLine(indent);
      }
      this.put('-');
      const nested = typeof item === 'object' && item !== null;
      this.writeNode(item, nested ? indent + INDENT : indent, ' ');
      this.path.pop();
    });
  }

  private writeString(text: string, indent: number, simpleKey: boolean): void {
    const style = text === '' ? 'double' : styleOf(text, simpleKey);
    const continuation = indent + INDENT;
    switch (style) {
      case 'plain':
        this.writePlain(text, simpleKey ? -1 : continuation);
        break;
      case 'single':
        this.writeSingle(text, simpleKey ? -1 : continuation);
        break;
      case 'double':
        this.writeDouble(text, simpleKey ? -1 : continuation);
        break;
      default:
        this.writeLiteral(text, continuation);
    }
  }

  /** `indent` -1 forbids folding, here and below. */
  private writePlain(text: string, indent: number): void {
    if (indent < 0 || this.column + text.length <= this.width) {
      this.put(text);
      return;
    }
    this.writeFolding(text, indent, i => text[i + 1] !== ' ');
  }

  private writeSingle(text: string, indent: number): void {
    this.put("'");
    const escaped = withMargins(text, indent).replaceAll("'", "''");
    if (indent < 0 || this.column + escaped.length <= this.width) {
      this.put(escaped);
    } else {
      const last = escaped.length - 1;
      this.writeFolding(
        escaped,
        indent,
        i => i > 0 && i < last && escaped[i + 1] !== ' ',
      );
    }
    this.put("'");
  }

  /** Breaks the line instead of a space once the line is full. */
  private writeFolding(
    text: string,
    indent: number,
    mayFold: (space: number) => boolean,
  ): void {
    let start = 0;
    for (
      let space = text.indexOf(' ');
      space >= 0;
      space = text.indexOf(' ', space + 1)
    ) {
      if (
        text[space - 1] !== ' ' &&
        this.column + space - start > this.width &&
        mayFold(space)
      ) {
        this.put(text.slice(start, space));
        this.breakLine(indent);
        start = space + 1;
      }
    }
    this.put(text.slice(start));
  }

  private writeDouble(text: string, indent: number): void {
    this.put('"');
    let start = 0;
    let previousSpace = false;
    // The emitter takes every character for a byte order mark if the first is.
    const escapeAll = text.charCodeAt(0) === 0xfeff;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0x20 && !escapeAll) {
        if (
          indent >= 0 &&
          !previousSpace &&
          this.column + i - start > this.width &&
          i > 0 &&
          i < text.length - 1
        ) {
          this.put(text.slice(start, i));
          start = i + 1;
          this.breakLine(indent);
          if (text[i + 1] === ' ') {
            this.put('\\');
          }
        }
        previousSpace = true;
        continue;
      }
      previousSpace = false;
      if (
        !escapeAll &&
        isPrintable(code) &&
        !isLineBreak(code) &&
        code !== 0x22 &&
        code !== 0x5c
      ) {
        continue;
      }
      const point = text.codePointAt(i)!;
      this.put(text.slice(start, i) + escape(point));
      i += point > 0xffff ? 1 : 0;
      start = i + 1;
    }
    this.put(`${text.slice(start)}"`);
  }

  private writeLiteral(text: string, indent: number): void {
    const first = text.charCodeAt(0);
    const hint = first === 0x20 || isLineBreak(first) ? String(INDENT) : '';
    let chomp = '';
    if (!isLineBreak(text.charCodeAt(text.length - 1))) {
      chomp = '-';
    } else if (
      text.length === 1 ||
      isLineBreak(text.charCodeAt(text.length - 2))
    ) {
      chomp = '+';
    }
    this.parts.push(`|${hint}${chomp}\n`);
    const margin = ' '.repeat(indent);
    let start = 0;
    while (start < text.length) {
      let end = start;
      while (end < text.length && !isLineBreak(text.charCodeAt(end))) {
        end++;
      }
      if (end > start) {
        this.parts.push(margin + text.slice(start, end));
      }
      if (end === text.length) {
        this.column = indent + end - start;
        return;
      }
      this.parts.push(text[end]);
      start = end + 1;
    }
    this.column = 0;
  }

  private formatScalar(value: unknown): string {
    const plain = value instanceof SpelledScalar ? value.value : value;
    switch (typeof plain) {
      case 'number':
        if (!Number.isFinite(plain)) {
          throw new YamlError({
            code: 'not-representable',
            problem: `the number at ${this.place()} is infinite or not a number`,
          });
        }
        return formatNumber(plain);
      case 'bigint':
        return formatNumber(plain);
      case 'boolean':
        return String(plain);
      case 'undefined':
        return 'null';
      default:
        if (plain === null) {
          return 'null';
        }
        throw new YamlError({
          code: 'not-representable',
          problem: `the value at ${this.place()} has no form in YAML`,
        });
    }
  }

  private place(): string {
    return this.path.reduce<string>(
      (place, part) =>
        place + (typeof part === 'number' ? `[${part}]` : `.${part}`),
      '$',
    );
  }

  private put(text: string): void {
    this.parts.push(text);
    this.column += text.length;
  }

  /** Starts a line, unless a block scalar has just ended one. */
  private breakLine(indent: number): void {
    this.parts.push((this.column === 0 ? '' : '\n') + marginOf(indent));
    this.column = indent;
  }
}

const MARGINS: readonly string[] = Array.from({ length: 40 }, (_, i) =>
  ' '.repeat(i),
);

function marginOf(indent: number): string {
  return indent < MARGINS.length ? MARGINS[indent] : ' '.repeat(indent);
}

/** The text of a string, or of a timestamp that is still as spelled. */
function textOf(value: unknown): string | undefined {
  const plain = value instanceof SpelledScalar ? value.value : value;
  return typeof plain === 'string' ? plain : undefined;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof SpelledScalar)
  );
}

function isEmpty(value: object): boolean {
  for (const key in value) {
    if (Object.hasOwn(value, key)) {
      return false;
    }
  }
  return true;
}

/** libyaml's limit counts bytes. */
function isSimpleKey(key: string): boolean {
  if (
    key.length * 3 <= LONGEST_SIMPLE_KEY &&
    !/[\n\r\x85\u2028\u2029]/.test(key)
  ) {
    return true;
  }
  for (let i = 0; i < key.length; i++) {
    if (isLineBreak(key.charCodeAt(i))) {
      return false;
    }
  }
  return Buffer.byteLength(key) <= LONGEST_SIMPLE_KEY;
}

const NAMED_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, '0'],
  [0x07, 'a'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x1b, 'e'],
  [0x22, '"'],
  [0x5c, '\\'],
  [0x85, 'N'],
  [0xa0, '_'],
  [0x2028, 'L'],
  [0x2029, 'P'],
]);

function escape(point: number): string {
  const named = NAMED_ESCAPES.get(point);
  if (named !== undefined) {
    return `\\${named}`;
  }
  const hex = point.toString(16).toUpperCase();
  if (point <= 0xff) {
    return `\\x${hex.padStart(2, '0')}`;
  }
  return point <= 0xffff
    ? `\\u${hex.padStart(4, '0')}`
    : `\\U${hex.padStart(8, '0')}`;
}

/**
 * The emitter takes line and paragraph separators for line breaks: what follows
 * one in single quotes is indented, and so becomes part of the text.
 */
function withMargins(text: string, indent: number): string {
  return indent < 0
    ? text
    : text.replace(
        /[\u2028\u2029\x85]+(?=[^\u2028\u2029\x85])/g,
        breaks => breaks + ' '.repeat(indent),
      );
}
