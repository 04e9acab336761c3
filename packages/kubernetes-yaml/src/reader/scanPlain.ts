import { Cursor, foldBreaks } from './Cursor';
import {
  COLON,
  HASH,
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
 * belongs to the scalar; `multiline` tells whether it spans lines.
 */
export function scanPlain(
  cursor: Cursor,
  options: { flow: boolean; indent: number; looseQuestionMark: boolean },
): { text: string; multiline: boolean } {
  const { flow, indent, looseQuestionMark } = options;
  let text = scanLine(cursor, flow, looseQuestionMark);
  let multiline = false;
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
      return { text, multiline };
    }
    if (breaks !== '') {
      multiline = true;
      text += foldBreaks(breaks);
    } else {
      text += blanks;
    }
    text += scanLine(cursor, flow, looseQuestionMark);
  }
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
