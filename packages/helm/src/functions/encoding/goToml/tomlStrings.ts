import { TomlProblem } from './TomlSource';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  ['"', '"'],
  ['\\', '\\'],
]);
const ESCAPE = /\\(?:x(..)|u(.{4})|U(.{8})|([^]))/g;

/** The text that escapes stand for; `line` is where it ends. */
export function replaceEscapes(text: string, line: number): string {
  return text.replace(
    ESCAPE,
    (_, x?: string, u?: string, long?: string, letter?: string) => {
      if (letter !== undefined) {
        const char = ESCAPES.get(letter);
        if (char === undefined) {
          throw new TomlProblem(`invalid escape: '\\${letter}'`, line);
        }
        return char;
      }
      const digits = x ?? u ?? long ?? '';
      const code = Number.parseInt(digits, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        throw new TomlProblem(
          `Escaped character '\\u${digits}' is not valid UTF-8.`,
          line,
        );
      }
      return String.fromCodePoint(code);
    },
  );
}

/** Without the line break behind the opening quotes. */
export function stripFirstNewline(text: string): string {
  return text.replace(/^\r?\n/, '');
}

/** Without what a backslash at the end of a line leads over. */
export function joinLines(text: string): string {
  return text.replace(
    /\\(\\|[ \t\r\n]*\n[ \t\r\n]*)/g,
    (all, follows: string) => (follows === '\\' ? all : ''),
  );
}
