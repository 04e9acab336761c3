import { YamlDialect } from '../reader/scalars';
import { isLineBreak, isPrintable, styleOf } from './analyzeScalar';

/** Columns by which what belongs to something stands to the right of it. */
export const INDENT = 2;

/**
 * Writes strings as the emitter of go-yaml does, and knows where the cursor is:
 * lines fold behind `width`.
 */
export class StringWriter {
  protected out = '';
  protected column = 0;

  constructor(
    protected readonly width: number,
    protected readonly dialect: YamlDialect,
  ) {}

  protected writeString(
    text: string,
    indent: number,
    simpleKey: boolean,
  ): void {
    const style =
      text === '' ? 'double' : styleOf(text, simpleKey, this.dialect);
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

  protected writeLiteral(text: string, indent: number): void {
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
    this.out += `|${hint}${chomp}\n`;
    const margin = ' '.repeat(indent);
    let start = 0;
    while (start < text.length) {
      let end = start;
      while (end < text.length && !isLineBreak(text.charCodeAt(end))) {
        end++;
      }
      if (end > start) {
        this.out += margin + text.slice(start, end);
      }
      if (end === text.length) {
        this.column = indent + end - start;
        return;
      }
      this.out += text[end];
      start = end + 1;
    }
    this.column = 0;
  }

  protected put(text: string): void {
    this.out += text;
    this.column += text.length;
  }

  /** Starts a line, unless a block scalar has just ended one. */
  protected breakLine(indent: number): void {
    this.out += (this.column === 0 ? '' : '\n') + marginOf(indent);
    this.column = indent;
  }
}

const MARGINS: readonly string[] = Array.from({ length: 40 }, (_, i) =>
  ' '.repeat(i),
);

function marginOf(indent: number): string {
  return indent < MARGINS.length ? MARGINS[indent] : ' '.repeat(indent);
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
