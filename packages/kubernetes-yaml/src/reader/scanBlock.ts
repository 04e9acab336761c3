import { Cursor } from './Cursor';
import { GREATER, HASH, SPACE, TAB, isBlank, isBreak } from './characters';
import { refold } from './refold';

/**
 * Reads a block scalar (`|` or `>`); the cursor is at its indicator.
 * `parentIndent` is the column of the enclosing collection, -1 at the root. With
 * `written` a folded text is read as go-yaml reads it after it has written it.
 */
export function scanBlock(
  cursor: Cursor,
  parentIndent: number,
  written = false,
): string {
  const folded = cursor.code === GREATER;
  cursor.pos++;
  const { chomp, increment } = scanHeader(cursor);
  let indent =
    increment > 0 ? Math.max(parentIndent, 0) + increment : undefined;

  let breaks = skipBreaks(cursor, indent);
  if (indent === undefined) {
    indent = Math.max(breaks.deepest, parentIndent + 1, 1);
  }
  let text = '';
  // Break of the last content line, not yet written: folding decides later.
  let pending = '';
  let leading = breaks.text;
  let previousBlank = false;
  while (
    cursor.column === indent &&
    !cursor.atEnd &&
    !(indent === 0 && cursor.atDocumentMarker())
  ) {
    const blank = isBlank(cursor.code);
    if (folded && pending !== '' && !previousBlank && !blank) {
      // A single break between two ordinary lines folds to a space.
      text += leading === '' ? ' ' : '';
    } else {
      text += pending;
    }
    text += leading;
    previousBlank = blank;
    const start = cursor.pos;
    while (!cursor.atEnd && !isBreak(cursor.code)) {
      cursor.pos++;
    }
    text += cursor.text.slice(start, cursor.pos);
    pending = '';
    leading = '';
    if (cursor.atEnd) {
      break;
    }
    pending = cursor.readBreak();
    breaks = skipBreaks(cursor, indent);
    leading = breaks.text;
  }
  if (chomp !== '-') {
    text += pending;
  }
  if (chomp === '+') {
    text += leading;
  }
  const again = folded && written ? refold(text) : undefined;
  return again === undefined ? text : scanBlock(new Cursor(again), -1);
}

function scanHeader(cursor: Cursor): { chomp: string; increment: number } {
  let chomp = '';
  let increment = 0;
  for (let i = 0; i < 2; i++) {
    const char = cursor.text[cursor.pos] ?? '';
    if (chomp === '' && (char === '+' || char === '-')) {
      chomp = char;
      cursor.pos++;
    } else if (increment === 0 && char >= '0' && char <= '9') {
      if (char === '0') {
        cursor.fail('the indentation indicator of a block scalar is zero');
      }
      increment = Number(char);
      cursor.pos++;
    }
  }
  while (isBlank(cursor.code)) {
    cursor.pos++;
  }
  if (cursor.code === HASH) {
    while (!cursor.atEnd && !isBreak(cursor.code)) {
      cursor.pos++;
    }
  }
  if (!cursor.atEnd) {
    if (!isBreak(cursor.code)) {
      cursor.fail('text behind the indicator of a block scalar', {
        hint: 'start the text on the next line',
      });
    }
    cursor.newline();
  }
  return { chomp, increment };
}

/** Eats indentation and empty lines, up to the first line with content. */
function skipBreaks(
  cursor: Cursor,
  indent: number | undefined,
): { text: string; deepest: number } {
  let text = '';
  let deepest = 0;
  for (;;) {
    while (
      (indent === undefined || cursor.column < indent) &&
      cursor.code === SPACE
    ) {
      cursor.pos++;
    }
    deepest = Math.max(deepest, cursor.column);
    if (
      (indent === undefined || cursor.column < indent) &&
      cursor.code === TAB
    ) {
      cursor.fail('a tab is used as indentation of a block scalar', {
        hint: 'indent with spaces',
      });
    }
    if (!isBreak(cursor.code)) {
      return { text, deepest };
    }
    text += cursor.readBreak();
  }
}
