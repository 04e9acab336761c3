import { byteLength } from '@backstage-gitops/go-template';
import { GoYamlError } from './Tokens';

const UNREADABLE =
  // eslint-disable-next-line no-control-regex
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\p{Surrogate}/u;
/** Bytes that go-yaml reads at a time, and looks at before it scans them. */
const CHUNK = 512;
const LOOK_AHEAD = 4;

const ALPHA = /[0-9A-Za-z_-]/;

/** The text that is scanned, and the place in it. */
export class Source {
  pos = 0;
  line = 0;
  column = 0;

  private readonly unreadable: number;
  /** The place from which the character that cannot be read is noticed. */
  private readonly barrier: number;

  constructor(readonly text: string) {
    this.unreadable = text.search(UNREADABLE);
    this.barrier = noticedFrom(text, this.unreadable);
    if (text.startsWith('\ufeff')) {
      this.pos = 1;
    }
  }

  /** Fails where what can be seen from here holds what cannot be read. */
  checkReadable(): void {
    if (this.pos >= this.barrier) {
      const code = this.text.charCodeAt(this.unreadable);
      throw new GoYamlError(
        code >= 0xdc80 && code <= 0xdcff
          ? 'yaml: invalid leading UTF-8 octet'
          : 'yaml: control characters are not allowed',
      );
    }
  }

  /** The character at the place, or so many behind it; '' behind the end. */
  at(offset = 0): string {
    return this.text.charAt(this.pos + offset);
  }

  isBreak(offset = 0): boolean {
    const char = this.at(offset);
    return char !== '' && '\r\n\x85\u2028\u2029'.includes(char);
  }

  isBlank(offset = 0): boolean {
    const char = this.at(offset);
    return char === ' ' || char === '\t';
  }

  isBreakOrEnd(offset = 0): boolean {
    return this.at(offset) === '' || this.isBreak(offset);
  }

  isBlankOrEnd(offset = 0): boolean {
    return this.isBlank(offset) || this.isBreakOrEnd(offset);
  }

  isAlpha(): boolean {
    return ALPHA.test(this.at());
  }

  skip(count = 1): void {
    this.pos += count;
    this.column += count;
  }

  read(): string {
    const char = this.at();
    this.skip();
    return char;
  }

  skipLine(): void {
    this.readLine();
  }

  /** A break as it is read: CR, CRLF and NEL as LF. */
  readLine(): string {
    const char = this.at();
    this.pos += char === '\r' && this.at(1) === '\n' ? 2 : 1;
    this.column = 0;
    this.line++;
    return char === '\u2028' || char === '\u2029' ? char : '\n';
  }

  readAlpha(): string {
    let text = '';
    while (this.isAlpha()) {
      text += this.read();
    }
    return text;
  }

  skipBlanks(): void {
    while (this.isBlank()) {
      this.skip();
    }
  }

  skipComment(): void {
    if (this.at() === '#') {
      while (!this.isBreakOrEnd()) {
        this.skip();
      }
    }
  }

  /** Whether `---` or `...` stands at the start of the line. */
  isDocumentMarker(marker: string): boolean {
    return (
      this.column === 0 &&
      this.text.startsWith(marker, this.pos) &&
      this.isBlankOrEnd(3)
    );
  }

  /** An error of the scanner names the line by counting from 1. */
  fail(problem: string): never {
    this.checkReadable();
    const place = this.line === 0 ? '' : `line ${this.line + 1}: `;
    throw new GoYamlError(`yaml: ${place}${problem}`);
  }
}

/** The first place from which the chunk with that character is looked at. */
function noticedFrom(text: string, unreadable: number): number {
  if (unreadable < 0) {
    return Infinity;
  }
  const bytes = byteLength(text.slice(0, unreadable));
  let left = Math.floor(bytes / CHUNK) * CHUNK - LOOK_AHEAD;
  let pos = 0;
  while (left >= 0) {
    const char = String.fromCodePoint(text.codePointAt(pos)!);
    left -= byteLength(char);
    pos += char.length;
  }
  return pos;
}
