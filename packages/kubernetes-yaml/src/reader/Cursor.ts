import { YamlError, YamlErrorCode } from '../YamlError';
import {
  CR,
  DASH,
  DOT,
  HASH,
  LF,
  SPACE,
  TAB,
  isBlankOrEnd,
  isBreak,
} from './characters';

const CONTROL =
  // eslint-disable-next-line no-control-regex
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** A place in the text, with the line bookkeeping all scanners share. */
export class Cursor {
  pos = 0;
  lineStart = 0;

  constructor(
    readonly text: string,
    private readonly file?: string,
  ) {
    const control = text.search(CONTROL);
    if (control >= 0) {
      this.fail('a control character is not allowed', { pos: control });
    }
    // A byte order mark is not content.
    if (text.charCodeAt(0) === 0xfeff) {
      this.pos = 1;
      this.lineStart = 1;
    }
  }

  get code(): number {
    return this.text.charCodeAt(this.pos);
  }

  at(offset: number): number {
    return this.text.charCodeAt(this.pos + offset);
  }

  get column(): number {
    return this.pos - this.lineStart;
  }

  get atEnd(): boolean {
    return this.pos >= this.text.length;
  }

  /** True where nothing but spaces stands before it on its line. */
  opensLine(): boolean {
    let pos = this.lineStart;
    while (pos < this.pos && this.text.charCodeAt(pos) === SPACE) {
      pos++;
    }
    return pos === this.pos;
  }

  /** Steps over one line break, CRLF counting as one. */
  newline(): void {
    this.pos += this.code === CR && this.at(1) === LF ? 2 : 1;
    this.lineStart = this.pos;
  }

  /** Reads a break: CR, CRLF and NEL as LF; LS and PS stay themselves. */
  readBreak(): string {
    const code = this.code;
    this.newline();
    return code === 0x2028 || code === 0x2029
      ? String.fromCharCode(code)
      : '\n';
  }

  /**
   * Skips blanks, comments and line breaks up to the next token. Returns true
   * where a line break was crossed. In block context a tab cannot indent.
   */
  skip(flow: boolean, tabsAllowed: boolean): boolean {
    let crossed = false;
    let tabs = flow || tabsAllowed;
    for (;;) {
      const code = this.code;
      if (code === SPACE) {
        this.pos++;
      } else if (code === TAB) {
        if (!tabs) {
          this.fail('a tab is used as indentation', {
            hint: 'indent with spaces',
          });
        }
        this.pos++;
      } else if (code === HASH) {
        while (!this.atEnd && !isBreak(this.code)) {
          this.pos++;
        }
      } else if (isBreak(code)) {
        this.newline();
        crossed = true;
        tabs = flow;
      } else {
        return crossed;
      }
    }
  }

  /** True at `---` or `...` at the start of a line. */
  atDocumentMarker(): boolean {
    if (this.pos !== this.lineStart) {
      return false;
    }
    const code = this.code;
    return (
      (code === DASH || code === DOT) &&
      this.at(1) === code &&
      this.at(2) === code &&
      isBlankOrEnd(this.at(3))
    );
  }

  fail(
    problem: string,
    options?: { code?: YamlErrorCode; pos?: number; hint?: string },
  ): never {
    throw this.error(problem, options);
  }

  error(
    problem: string,
    options?: { code?: YamlErrorCode; pos?: number; hint?: string },
  ): YamlError {
    const pos = options?.pos ?? this.pos;
    const { line, column } = this.position(pos);
    return new YamlError({
      code: options?.code ?? 'syntax',
      problem,
      file: this.file,
      line,
      column,
      hint: options?.hint,
    });
  }

  /** Line and column, from 1; counted only when somebody asks. */
  position(pos: number): { line: number; column: number } {
    let line = 1;
    let start = 0;
    for (let i = 0; i < pos && i < this.text.length; i++) {
      const code = this.text.charCodeAt(i);
      if (isBreak(code)) {
        if (code === CR && this.text.charCodeAt(i + 1) === LF) {
          i++;
        }
        line++;
        start = i + 1;
      }
    }
    return { line, column: Math.max(1, pos - start + 1) };
  }
}

/** Line breaks within a flow scalar: one LF is a space, further ones stay. */
export function foldBreaks(breaks: string): string {
  if (breaks[0] !== '\n') {
    return breaks;
  }
  return breaks.length === 1 ? ' ' : breaks.slice(1);
}
