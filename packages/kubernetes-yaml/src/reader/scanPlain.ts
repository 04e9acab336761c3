import { Cursor, foldBreaks } from './Cursor';
import {
  COLON,
  HASH,
  LF,
  QUESTION,
  SPACE,
  TAB,
  isBlank,
  isBlankOrEnd,
  isBreak,
  isFlowIndicator,
} from './characters';

/**
 * Reads a plain scalar from the cursor on. `indent` is the least column a
 * continuation line may have. The cursor ends behind the last character that
 * belongs to the scalar.
 */
export function scanPlain(
  cursor: Cursor,
  flow: boolean,
  indent: number,
  looseQuestionMark: boolean,
): string {
  let text = flow
    ? scanLine(cursor, true, looseQuestionMark)
    : scanBlockLine(cursor);
  if (!flow && nextLineIsAnother(cursor, indent)) {
    return text;
  }
  for (;;) {
    // Look ahead over blanks and breaks; give them back if nothing follows.
    const endPos = cursor.pos;
    const endLineStart = cursor.lineStart;
    let blanks = '';
    let breaks = '';
    for (;;) {
      const code = cursor.code;
      if (isBlank(code)) {
        if (breaks !== '' && code === TAB && cursor.column < indent) {
          cursor.fail('a tab is used as indentation', {
            hint: 'indent with spaces',
          });
        }
        if (breaks === '') {
          blanks += code === SPACE ? ' ' : '\t';
        }
        cursor.pos++;
      } else if (isBreak(code)) {
        breaks += cursor.readBreak();
      } else {
        break;
      }
    }
    const stops =
      cursor.atEnd ||
      cursor.code === HASH ||
      (breaks !== '' &&
        (cursor.atDocumentMarker() || (!flow && cursor.column < indent))) ||
      endsPlain(cursor, flow, looseQuestionMark);
    if (stops) {
      cursor.pos = endPos;
      cursor.lineStart = endLineStart;
      return text;
    }
    if (breaks !== '') {
      text += foldBreaks(breaks);
    } else {
      text += blanks;
    }
    text += flow
      ? scanLine(cursor, true, looseQuestionMark)
      : scanBlockLine(cursor);
  }
}

/**
 * In block context, a line up to its last word: most of all text is read
 * here, so blanks between words are not looked at one by one.
 */
function scanBlockLine(cursor: Cursor): string {
  const { text, pos: start } = cursor;
  let pos = start;
  let end = start;
  for (;;) {
    const code = text.charCodeAt(pos);
    if (code === SPACE || code === TAB) {
      pos++;
      if (text.charCodeAt(pos) === HASH) {
        break;
      }
    } else if (
      isBlankOrEnd(code) ||
      (code === COLON && isBlankOrEnd(text.charCodeAt(pos + 1)))
    ) {
      break;
    } else {
      end = ++pos;
    }
  }
  cursor.pos = end;
  return text.slice(start, end);
}

/** True for the usual case: the line ends here, and the next starts left. */
function nextLineIsAnother(cursor: Cursor, indent: number): boolean {
  const { text, pos } = cursor;
  if (text.charCodeAt(pos) !== LF) {
    return false;
  }
  let next = pos + 1;
  while (text.charCodeAt(next) === SPACE) {
    next++;
  }
  return next - pos - 1 < indent && !isBlankOrEnd(text.charCodeAt(next));
}

/** The run of characters up to a blank or an indicator that ends it. */
function scanLine(
  cursor: Cursor,
  flow: boolean,
  looseQuestionMark: boolean,
): string {
  const start = cursor.pos;
  while (
    !isBlankOrEnd(cursor.code) &&
    !endsPlain(cursor, flow, looseQuestionMark)
  ) {
    cursor.pos++;
  }
  return cursor.text.slice(start, cursor.pos);
}

function endsPlain(
  cursor: Cursor,
  flow: boolean,
  looseQuestionMark: boolean,
): boolean {
  const code = cursor.code;
  if (code === COLON) {
    const next = cursor.at(1);
    return (
      isBlankOrEnd(next) ||
      // go-yaml v3 also ends `{a:}` and `[a:,b]` here.
      (flow && !looseQuestionMark && isFlowIndicator(next))
    );
  }
  return (
    flow &&
    (isFlowIndicator(code) ||
      (code === QUESTION && (looseQuestionMark || isBlankOrEnd(cursor.at(1)))))
  );
}
