import { Source } from './Source';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);
const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** Blanks and breaks within a scalar, until it is known whether it goes on. */
class Gap {
  crossed = false;
  private blanks = '';
  private leading = '';
  private trailing = '';

  read(source: Source): void {
    if (source.isBlank()) {
      const blank = source.read();
      this.blanks += this.crossed ? '' : blank;
    } else if (this.crossed) {
      this.trailing += source.readLine();
    } else {
      this.leading = source.readLine();
      this.crossed = true;
    }
  }

  get text(): string {
    if (!this.crossed) {
      return this.blanks;
    }
    return this.leading === '\n'
      ? this.trailing || ' '
      : this.leading + this.trailing;
  }
}

/** A scalar without quotes; `crossed` where its end is behind a break. */
export function scanPlain(
  source: Source,
  flow: boolean,
  indent: number,
): { text: string; crossed: boolean } {
  let text = '';
  let gap = new Gap();
  for (;;) {
    const isMarker =
      source.isDocumentMarker('---') || source.isDocumentMarker('...');
    if (isMarker || source.at() === '#') {
      break;
    }
    while (!source.isBlankOrEnd()) {
      const char = source.at();
      if (
        (char === ':' && source.isBlankOrEnd(1)) ||
        (flow && ',?[]{}'.includes(char))
      ) {
        break;
      }
      text += gap.text + source.read();
      gap = new Gap();
    }
    if (!source.isBlank() && !source.isBreak()) {
      break;
    }
    while (source.isBlank() || source.isBreak()) {
      if (gap.crossed && source.column < indent && source.at() === '\t') {
        source.fail('found a tab character that violates indentation');
      }
      gap.read(source);
    }
    if (!flow && source.column < indent) {
      break;
    }
  }
  return { text, crossed: gap.crossed };
}

/** A scalar in quotes. */
export function scanQuoted(source: Source): string {
  const quote = source.read();
  const single = quote === "'";
  let text = '';
  for (;;) {
    if (source.isDocumentMarker('---') || source.isDocumentMarker('...')) {
      source.fail('found unexpected document indicator');
    }
    if (source.at() === '') {
      source.fail('found unexpected end of stream');
    }
    const gap = new Gap();
    while (!source.isBlankOrEnd()) {
      if (single && source.at() === quote && source.at(1) === quote) {
        text += quote;
        source.skip(2);
      } else if (source.at() === quote) {
        break;
      } else if (!single && source.at() === '\\') {
        if (source.isBreak(1)) {
          source.skip();
          source.skipLine();
          gap.crossed = true;
          break;
        }
        text += scanEscape(source);
      } else {
        text += source.read();
      }
    }
    if (source.at() === quote) {
      source.skip();
      return text;
    }
    while (source.isBlank() || source.isBreak()) {
      gap.read(source);
    }
    text += gap.text;
  }
}

function scanEscape(source: Source): string {
  const letter = source.at(1);
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) {
    source.skip(2);
    return simple;
  }
  const length = HEX_LENGTHS.get(letter);
  if (length === undefined) {
    source.fail('found unknown escape character');
  }
  source.skip(2);
  const digits = source.text.slice(source.pos, source.pos + length);
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) {
    source.fail('did not find expected hexdecimal number');
  }
  const code = Number.parseInt(digits, 16);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    source.fail('found invalid Unicode character escape code');
  }
  source.skip(length);
  return String.fromCodePoint(code);
}

/** A literal or folded block; `parent` is the column of what holds it. */
export function scanBlock(source: Source, parent: number): string {
  const literal = source.read() === '|';
  const { chomping, increment } = scanHeader(source);
  let indent = 0;
  if (increment > 0) {
    indent = parent >= 0 ? parent + increment : increment;
  }
  let text = '';
  let leading = '';
  let leadingBlank = false;
  const breaks = scanBreaks(source, indent, parent);
  indent = breaks.indent;
  let trailing = breaks.text;
  while (source.column === indent && source.at() !== '') {
    const trailingBlank = source.isBlank();
    const folds =
      !literal && !leadingBlank && !trailingBlank && leading === '\n';
    if (!folds) {
      text += leading;
    } else if (trailing === '') {
      text += ' ';
    }
    text += trailing;
    leadingBlank = source.isBlank();
    while (!source.isBreakOrEnd()) {
      text += source.read();
    }
    leading = source.at() === '' ? '' : source.readLine();
    trailing = scanBreaks(source, indent, parent).text;
  }
  text += chomping === '-' ? '' : leading;
  return chomping === '+' ? text + trailing : text;
}

function scanHeader(source: Source): { chomping: string; increment: number } {
  let chomping = '';
  let increment = 0;
  const readIncrement = () => {
    if (/[0-9]/.test(source.at())) {
      if (source.at() === '0') {
        source.fail('found an indentation indicator equal to 0');
      }
      increment = Number(source.read());
    }
  };
  const readChomping = () => {
    if (source.at() === '+' || source.at() === '-') {
      chomping = source.read();
    }
  };
  readChomping();
  readIncrement();
  if (chomping === '') {
    readChomping();
  }
  source.skipBlanks();
  source.skipComment();
  if (!source.isBreakOrEnd()) {
    source.fail('did not find expected comment or line break');
  }
  if (source.isBreak()) {
    source.skipLine();
  }
  return { chomping, increment };
}

function scanBreaks(
  source: Source,
  wanted: number,
  parent: number,
): { text: string; indent: number } {
  let text = '';
  let deepest = 0;
  for (;;) {
    const isOpen = () => wanted === 0 || source.column < wanted;
    while (isOpen() && source.at() === ' ') {
      source.skip();
    }
    deepest = Math.max(deepest, source.column);
    if (isOpen() && source.at() === '\t') {
      source.fail(
        'found a tab character where an indentation space is expected',
      );
    }
    if (!source.isBreak()) {
      break;
    }
    text += source.readLine();
  }
  return { text, indent: wanted || Math.max(deepest, parent + 1, 1) };
}
