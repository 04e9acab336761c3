import { goQuote } from '../format/quote';
import { Lexer } from '../lex/Lexer';
import { isKeyword, Token, TokenKind } from '../lex/Token';
import { TemplateError, TemplateErrorCode } from '../TemplateError';
import { byteLength } from '../values/utf8';
import { Source } from './nodes';

/** Tokens with a look-ahead of three, as the grammar needs it. */
export class TokenReader {
  /** The line of the action that is being read; 0 outside of actions. */
  actionLine = 0;
  /** Tokens that were put back, the next one last. */
  private readonly back: Token[] = [];
  private latestLine = 1;

  constructor(
    readonly source: Source,
    readonly lexer: Lexer,
  ) {}

  next(): Token {
    const token = this.back.pop();
    if (token) {
      return token;
    }
    const read = this.lexer.next();
    this.latestLine = read.line;
    return read;
  }

  /** Puts one or two tokens back; the first one is the next. */
  putBack(first: Token, second?: Token): void {
    if (second) {
      this.back.push(second);
    }
    this.back.push(first);
  }

  peek(): Token {
    const { back } = this;
    if (back.length === 0) {
      back.push(this.next());
    }
    return back[back.length - 1];
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === 'space') {
      token = this.next();
    }
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.back.push(token);
    return token;
  }

  expect(context: string, ...kinds: TokenKind[]): Token {
    const token = this.nextNonSpace();
    if (!kinds.includes(token.kind)) {
      throw this.unexpected(token, context);
    }
    return token;
  }

  fail(problem: string, code: TemplateErrorCode = 'parse'): TemplateError {
    return new TemplateError({
      code,
      file: this.source.name,
      line: this.latestLine,
      problem,
    });
  }

  unexpected(token: Token, context: string): TemplateError {
    if (token.kind !== 'error') {
      return this.fail(`unexpected ${describe(token)} in ${context}`);
    }
    let place = '';
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      const start = ` started at ${this.source.name}:${this.actionLine}`;
      place = token.text.endsWith(' action') ? start : ` in action${start}`;
    }
    return this.fail(token.text + place);
  }
}

function describe(token: Token): string {
  if (token.kind === 'eof') {
    return 'EOF';
  }
  if (isKeyword(token.kind)) {
    return `<${token.text}>`;
  }
  return byteLength(token.text) > 10
    ? `${goQuote(Array.from(token.text).slice(0, 10).join(''))}...`
    : goQuote(token.text);
}
