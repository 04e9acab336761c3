import { goQuote, goQuoteRune } from '@backstage-gitops/go-template';

/** What is wrong with a text, and in which line. */
export class TomlProblem extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
  }
}

/** What `next` gives behind the end. */
export const END = 0;

const BACKSLASH = 0x5c;

/** The text that is read, character by character. */
export class TomlSource {
  /** Where what is being read began. */
  start = 0;
  line = 1;
  private pos = 0;
  private ended = false;
  /** Places before the last characters, each with its line. */
  private readonly back: number[] = [];

  constructor(private readonly text: string) {}

  /** What was read since the last `ignore`. */
  get current(): string {
    return this.text.slice(this.start, this.pos);
  }

  /** The next character; {@link END} behind the last. */
  next(): number {
    const code = this.text.codePointAt(this.pos);
    if (code === undefined) {
      this.ended = true;
      return END;
    }
    if (this.back.length > 64) {
      this.back.splice(0, 48);
    }
    this.back.push(this.pos, this.line);
    if (code === 0x0a) {
      this.line++;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const byte = (code & 0xff).toString(16);
      throw this.problem(`invalid UTF-8 byte: 0x${byte}`);
    }
    const isLoneReturn =
      code === 0x0d && this.text.charCodeAt(this.pos + 1) !== 0x0a;
    if (isControl(code) || isLoneReturn) {
      const hex = code.toString(16).padStart(2, '0');
      throw this.problem(
        `TOML files cannot contain control characters: '0x${hex}'`,
      );
    }
    this.pos += code > 0xffff ? 2 : 1;
    return code;
  }

  /** Takes the last `next` back. */
  backup(): void {
    if (this.ended) {
      this.ended = false;
    } else {
      this.line = this.back.pop()!;
      this.pos = this.back.pop()!;
    }
  }

  peek(): number {
    const code = this.next();
    this.backup();
    return code;
  }

  /** Takes the character if it is next. */
  accept(char: string): boolean {
    if (this.next() === char.charCodeAt(0)) {
      return true;
    }
    this.backup();
    return false;
  }

  /** What is read from here on begins here. */
  ignore(): void {
    this.start = this.pos;
  }

  skipBlanks(): void {
    while (isBlank(this.next())) {
      // Another one.
    }
    this.backup();
    this.ignore();
  }

  /** Up to the end of the line. */
  skipComment(): void {
    let code = this.next();
    while (!isNewline(code) && code !== END) {
      code = this.next();
    }
    this.backup();
    this.ignore();
  }

  /** An error here; at the end of the text in the line before. */
  problem(message: string): TomlProblem {
    const isPast = this.ended && this.text[this.pos - 1] === '\n';
    return new TomlProblem(message, this.line - (isPast ? 1 : 0));
  }

  problemInLineBefore(message: string): TomlProblem {
    return new TomlProblem(message, this.line - 1);
  }

  /** A part of a key without quotes, which may be empty. */
  readBareKey(): string {
    while (isBareKeyChar(this.next())) {
      // Another one.
    }
    this.backup();
    const text = this.current;
    this.ignore();
    return text;
  }

  /** Behind the opening quote; escapes are still in the text. */
  readString(): { text: string; hasEscapes: boolean } {
    this.ignore();
    let hasEscapes = false;
    for (;;) {
      const code = this.next();
      if (code === END) {
        throw this.problem(`unexpected EOF; expected '"'`);
      }
      if (isNewline(code)) {
        throw this.problemInLineBefore('strings cannot contain newlines');
      }
      if (code === BACKSLASH) {
        hasEscapes = true;
        this.readEscape();
      } else if (code === 0x22) {
        const text = this.current.slice(0, -1);
        this.ignore();
        return { text, hasEscapes };
      }
    }
  }

  readRawString(): string {
    this.ignore();
    for (;;) {
      const code = this.next();
      if (code === END) {
        throw this.problem(`unexpected EOF; expected "'"`);
      }
      if (isNewline(code)) {
        throw this.problemInLineBefore('strings cannot contain newlines');
      }
      if (code === 0x27) {
        const text = this.current.slice(0, -1);
        this.ignore();
        return text;
      }
    }
  }

  /** Behind three quotes, up to three quotes; up to two more belong to it. */
  readMultiline(quote: '"' | "'"): string {
    this.ignore();
    for (;;) {
      const code = this.next();
      if (code === END) {
        const expected = quote === '"' ? `'"""'` : `"'''"`;
        throw this.problem(`unexpected EOF; expected ${expected}`);
      }
      if (code === BACKSLASH && quote === '"') {
        if (!isNewline(this.next())) {
          this.backup();
          this.readEscape();
        }
      } else if (code === quote.charCodeAt(0) && this.endsMultiline(quote)) {
        const text = this.current.slice(0, -3);
        this.ignore();
        return text;
      }
    }
  }

  private endsMultiline(quote: '"' | "'"): boolean {
    if (!this.accept(quote)) {
      return false;
    }
    if (!this.accept(quote)) {
      this.backup();
      return false;
    }
    if (this.peek() !== quote.charCodeAt(0)) {
      return true;
    }
    const five = quote.repeat(5);
    const { current } = this;
    if (
      current.endsWith(five) &&
      (quote === "'" || !current.endsWith(`\\${five}`))
    ) {
      const six = quote.repeat(6);
      throw this.problem(
        quote === '"' ? `unexpected '${six}'` : `unexpected "${six}"`,
      );
    }
    this.backup();
    this.backup();
    return false;
  }

  private readEscape(): void {
    const code = this.next();
    switch (String.fromCodePoint(code)) {
      case 'x':
        this.readHex(2, "two hexadecimal digits after '\\x'");
        break;
      case 'u':
        this.readHex(4, "four hexadecimal digits after '\\u'");
        break;
      case 'U':
        this.readHex(8, "eight hexadecimal digits after '\\U'");
        break;
      default:
        if (!'ebtnfr" \t\\'.includes(String.fromCodePoint(code))) {
          const message = `invalid escape in string '\\${String.fromCodePoint(code)}'`;
          throw code === END
            ? this.problemInLineBefore(message)
            : this.problem(message);
        }
    }
  }

  private readHex(count: number, expected: string): void {
    for (let i = 0; i < count; i++) {
      if (!isHex(this.next())) {
        throw this.problem(
          `expected ${expected}, but got ${goQuote(this.current)} instead`,
        );
      }
    }
  }
}

/** A character in single quotes, as it stands in messages. */
export function quoteChar(code: number): string {
  return goQuoteRune(code);
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

export function isNewline(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isHex(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x66);
}

function isControl(code: number): boolean {
  return (code < 0x20 && code !== 0x09 && !isNewline(code)) || code === 0x7f;
}

function isBareKeyChar(code: number): boolean {
  const lower = code | 0x20;
  return (
    isDigit(code) ||
    (lower >= 0x61 && lower <= 0x7a) ||
    code === 0x5f ||
    code === 0x2d
  );
}
