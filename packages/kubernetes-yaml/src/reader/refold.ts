import { isLineBreak, isPrintable } from '../writer/analyzeScalar';
import { TAB } from './characters';

const INDENT = '  ';
/** Only then writing and reading it makes another text of it. */
const CHANGES =
  /[\n\r\x85\u2028\u2029][ \t]|\n\n$|^[\s\x85]|[\r\x85\u2028\u2029]/;
const SPACE_BEFORE_BREAK = / (?:[\n\r\x85\u2028\u2029]|$)/;

/**
 * A folded text as go-yaml 3.0 writes it, which kustomize does on its way to
 * JSON: with an empty line more at the end and before lines that are indented
 * further. Undefined where reading that gives the same text again.
 */
export function refold(text: string): string | undefined {
  if (!CHANGES.test(text) || !isWrittenFolded(text)) {
    return undefined;
  }
  let written = `>${hintsOf(text)}\n`;
  // Which text this looks at is its mistake: it should be what follows.
  const startsWithBlank = /^[\n\r\x85\u2028\u2029]*(?:[ \t]|$)/.test(text);
  let breaks = true;
  let leadingSpaces = true;
  for (const char of text) {
    if (isLineBreak(char.charCodeAt(0))) {
      if (!breaks && !leadingSpaces && char === '\n' && !startsWithBlank) {
        written += '\n';
      }
      written += char;
      breaks = true;
    } else {
      if (breaks) {
        written += INDENT;
        leadingSpaces = char === ' ' || char === '\t';
      }
      written += char;
      breaks = false;
    }
  }
  return written;
}

/** Other texts it writes in double quotes, and reads back as they were. */
function isWrittenFolded(text: string): boolean {
  if (SPACE_BEFORE_BREAK.test(text)) {
    return false;
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isPrintable(code) && code !== TAB && !isLineBreak(code)) {
      return false;
    }
  }
  return true;
}

function hintsOf(text: string): string {
  const first = text.charCodeAt(0);
  const hint = first === 0x20 || isLineBreak(first) ? '2' : '';
  if (!isLineBreak(text.charCodeAt(text.length - 1))) {
    return `${hint}-`;
  }
  return text.length === 1 || isLineBreak(text.charCodeAt(text.length - 2))
    ? `${hint}+`
    : hint;
}
