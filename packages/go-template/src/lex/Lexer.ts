import { goQuote, unicodeName } from '../format/quote';
import { isAlphaNumeric, isPrint, isSpace } from './characters';
import { scanComplexOrNumber } from './scanNumber';
import { KEYWORDS, Token, TokenKind } from './Token';

const END = -1;
const MINUS = 0x2d;
/** What may follow a name, besides white space: `( ) , . : |`. */
const TERMINATORS: ReadonlySet<number> = new Set([
  0x28, 0x29, 0x2c, 0x2e, 0x3a, 0x7c,
]);

/**
 * Splits a template into tokens, one at a time, since an error in the text
 * matters only where the parser gets to it. Rules of Go 1.26.
 */
export class Lexer {
  /** Whether `break` and `continue` are keywords, not functions. */
  loopKeywords = { break: true, continue: true };
  private at = 0;
  private start = 0;
  private line = 1;
  /** The first line break that has not been counted. */
  private lineBreak: number;
  private readonly firstOfRight: number;
  private insideAction = false;
  private parens = 0;

  constructor(
    private text: string,
    private readonly left: string,
    private readonly right: string,
  ) {
    this.lineBreak = text.indexOf('\n');
    this.firstOfRight = right.charCodeAt(0);
  }

  next(): Token {
    return this.insideAction ? this.scanAction() : this.scanText();
  }

  private token(kind: TokenKind, text?: string): Token {
    const token = {
      kind,
      position: this.start,
      text: text ?? this.text.slice(this.start, this.at),
      line: this.lineOfStart(),
    };
    this.start = this.at;
    return token;
  }

  private lineOfStart(): number {
    while (this.lineBreak >= 0 && this.lineBreak < this.start) {
      this.line++;
      this.lineBreak = this.text.indexOf('\n', this.lineBreak + 1);
    }
    return this.line;
  }

  /** After an error there is nothing more. */
  private fail(message: string): Token {
    const token = this.token('error', message);
    this.text = '';
    this.at = 0;
    this.start = 0;
    this.insideAction = false;
    return token;
  }

  private peek(): number {
    return this.text.codePointAt(this.at) ?? END;
  }

  private advance(): number {
    const code = this.peek();
    if (code !== END) {
      this.at += code > 0xffff ? 2 : 1;
    }
    return code;
  }

  private scanText(): Token {
    for (;;) {
      const delimiter = this.text.indexOf(this.left, this.at);
      if (delimiter < 0) {
        this.at = this.text.length;
        return this.token(this.at > this.start ? 'text' : 'eof');
      }
      let end = delimiter;
      if (this.trimsLeft(delimiter + this.left.length)) {
        while (end > this.start && isSpace(this.text.charCodeAt(end - 1))) {
          end--;
        }
      }
      if (end > this.start) {
        this.at = end;
        const token = this.token('text');
        this.at = delimiter;
        this.start = delimiter;
        return token;
      }
      this.at = delimiter;
      this.start = delimiter;
      const token = this.scanLeftDelimiter();
      if (token) {
        return token;
      }
    }
  }

  /** Nothing where the delimiter begins a comment. */
  private scanLeftDelimiter(): Token | undefined {
    const inner = this.at + this.left.length;
    const marker = this.trimsLeft(inner) ? 2 : 0;
    if (this.text.startsWith('/*', inner + marker)) {
      this.at = inner + marker;
      this.start = this.at;
      return this.skipComment();
    }
    this.at = inner;
    const token = this.token('leftDelim');
    this.at += marker;
    this.start = this.at;
    this.insideAction = true;
    this.parens = 0;
    return token;
  }

  private skipComment(): Token | undefined {
    const end = this.text.indexOf('*/', this.at + 2);
    if (end < 0) {
      return this.fail('unclosed comment');
    }
    this.at = end + 2;
    const delimiter = this.rightDelimiter();
    if (!delimiter) {
      return this.fail('comment ends before closing delimiter');
    }
    this.pass(delimiter);
    return undefined;
  }

  /** Goes behind a right delimiter and what it trims. */
  private pass(delimiter: { trims: boolean; length: number }): void {
    this.at += delimiter.length;
    if (delimiter.trims) {
      while (isSpace(this.text.charCodeAt(this.at))) {
        this.at++;
      }
    }
    this.start = this.at;
  }

  private trimsLeft(at: number): boolean {
    return this.text[at] === '-' && isSpace(this.text.charCodeAt(at + 1));
  }

  private rightDelimiter(
    at = this.at,
  ): { trims: boolean; length: number } | undefined {
    const first = this.text.charCodeAt(at);
    if (
      isSpace(first) &&
      this.text.charCodeAt(at + 1) === MINUS &&
      this.text.startsWith(this.right, at + 2)
    ) {
      return { trims: true, length: 2 + this.right.length };
    }
    return first === this.firstOfRight && this.text.startsWith(this.right, at)
      ? { trims: false, length: this.right.length }
      : undefined;
  }

  private scanRightDelimiter(delimiter: {
    trims: boolean;
    length: number;
  }): Token {
    if (delimiter.trims) {
      this.start = this.at + 2;
    }
    const { at } = this;
    this.at += delimiter.length;
    const token = this.token('rightDelim');
    this.at = at;
    this.pass(delimiter);
    this.insideAction = false;
    return token;
  }

  private scanAction(): Token {
    const delimiter = this.rightDelimiter();
    if (delimiter) {
      return this.parens === 0
        ? this.scanRightDelimiter(delimiter)
        : this.fail('unclosed left paren');
    }
    const code = this.advance();
    if (code === END) {
      return this.fail('unclosed action');
    }
    if (isSpace(code)) {
      return this.scanSpace();
    }
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && isAlphaNumeric(code)) {
      return this.scanIdentifier();
    }
    const character = String.fromCodePoint(code);
    switch (character) {
      case '=':
        return this.token('assign');
      case ':':
        return this.advance() === 0x3d
          ? this.token('declare')
          : this.fail('expected :=');
      case '|':
        return this.token('pipe');
      case '"':
        return this.scanQuoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.scanQuoted(
          "'",
          'charConstant',
          'unterminated character constant',
        );
      case '`':
        return this.scanRaw();
      case '$':
        return this.scanName('variable', 'variable');
      case '(':
        this.parens++;
        return this.token('leftParen');
      case ')':
        this.parens--;
        return this.parens < 0
          ? this.fail('unexpected right paren')
          : this.token('rightParen');
      default:
    }
    if (character === '.' && this.at < this.text.length && !this.atDigit()) {
      return this.scanName('dot', 'field');
    }
    if (
      character === '.' ||
      character === '+' ||
      character === '-' ||
      isDigit
    ) {
      return this.scanNumber();
    }
    if (code < 0x80 && isPrint(code)) {
      return this.token('char');
    }
    return this.fail(
      `unrecognized character in action: ${unicodeName(code, true)}`,
    );
  }

  private atDigit(): boolean {
    const code = this.text.charCodeAt(this.at);
    return code >= 0x30 && code <= 0x39;
  }

  /** The last blank may belong to a trim marker. */
  private scanSpace(): Token {
    while (isSpace(this.text.charCodeAt(this.at))) {
      this.at++;
    }
    const delimiter = this.rightDelimiter(this.at - 1);
    if (delimiter?.trims) {
      this.at--;
      if (this.at === this.start) {
        return this.scanRightDelimiter(delimiter);
      }
    }
    return this.token('space');
  }

  private skipName(): void {
    for (let code = this.peek(); code !== END; code = this.peek()) {
      if (!isAlphaNumeric(code)) {
        return;
      }
      this.at += code > 0xffff ? 2 : 1;
    }
  }

  private scanName(bare: TokenKind, named: TokenKind): Token {
    if (this.atTerminator()) {
      return this.token(bare);
    }
    this.skipName();
    return this.atTerminator() ? this.token(named) : this.badCharacter();
  }

  private scanIdentifier(): Token {
    this.skipName();
    if (!this.atTerminator()) {
      return this.badCharacter();
    }
    const word = this.text.slice(this.start, this.at);
    if (word === 'true' || word === 'false') {
      return this.token('bool');
    }
    const keyword = KEYWORDS.get(word);
    if (
      !keyword ||
      (keyword === 'break' && !this.loopKeywords.break) ||
      (keyword === 'continue' && !this.loopKeywords.continue)
    ) {
      return this.token('identifier');
    }
    return this.token(keyword);
  }

  private badCharacter(): Token {
    return this.fail(`bad character ${unicodeName(this.peek(), true)}`);
  }

  /** Whether a name may end here. */
  private atTerminator(): boolean {
    const code = this.peek();
    return (
      code === END ||
      isSpace(code) ||
      TERMINATORS.has(code) ||
      (code === this.firstOfRight && this.text.startsWith(this.right, this.at))
    );
  }

  private scanQuoted(quote: string, kind: TokenKind, problem: string): Token {
    for (;;) {
      let character = this.text[this.at++];
      if (character === quote) {
        return this.token(kind);
      }
      if (character === '\\') {
        character = this.text[this.at++];
      }
      if (character === undefined || character === '\n') {
        return this.fail(problem);
      }
    }
  }

  private scanRaw(): Token {
    const end = this.text.indexOf('`', this.at);
    if (end < 0) {
      return this.fail('unterminated raw quoted string');
    }
    this.at = end + 1;
    return this.token('rawString');
  }

  private scanNumber(): Token {
    const { end, kind } = scanComplexOrNumber(this.text, this.start);
    this.at = end;
    return kind
      ? this.token(kind)
      : this.fail(
          `bad number syntax: ${goQuote(this.text.slice(this.start, end))}`,
        );
  }
}
