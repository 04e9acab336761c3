import { Failure } from '../CelError';
import type { Literal } from './Node';

const SIMPLE: Record<string, number> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
};

/** In bytes, `\x` and octal escapes are bytes; in strings, characters. */
class Content {
  readonly #isBytes: boolean;
  readonly #bytes: number[] = [];
  #text = '';

  constructor(isBytes: boolean) {
    this.#isBytes = isBytes;
  }

  get isBytes(): boolean {
    return this.#isBytes;
  }

  addChar(char: number): void {
    if (!this.#isBytes) this.#text += String.fromCodePoint(char);
    else this.#bytes.push(...Buffer.from(String.fromCodePoint(char)));
  }

  addByte(byte: number): void {
    if (this.#isBytes) this.#bytes.push(byte);
    else this.#text += String.fromCodePoint(byte);
  }

  literal(): Literal {
    return this.#isBytes
      ? { type: 'bytes', value: Uint8Array.from(this.#bytes) }
      : { type: 'string', value: this.#text };
  }
}

/** A string or bytes literal, from its prefix and quote on. */
export function readQuoted(
  text: string,
  start: number,
  opening: string,
): { literal: Literal; end: number } {
  const prefix = opening.replace(/["']+$/, '').toLowerCase();
  const quote = opening.slice(prefix.length);
  const isRaw = prefix.includes('r');
  const isBytes = prefix.includes('b');
  const content = new Content(isBytes);
  let at = start + opening.length;
  while (!text.startsWith(quote, at)) {
    const char = text.codePointAt(at);
    if (char === undefined || (quote.length === 1 && /[\n\r]/.test(text[at]))) {
      throw new Failure('text without its closing quote', start);
    }
    if (char === 92 && !isRaw) {
      at = readEscape(text, at, content);
    } else {
      content.addChar(char);
      at += char > 0xffff ? 2 : 1;
    }
  }
  return { literal: content.literal(), end: at + quote.length };
}

/** Gives the offset after the escape. */
function readEscape(text: string, at: number, content: Content): number {
  const char = text[at + 1] ?? '';
  if (Object.hasOwn(SIMPLE, char)) {
    content.addByte(SIMPLE[char]);
    return at + 2;
  }
  const octal = /^[0-3][0-7]{2}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal) {
    content.addByte(Number.parseInt(octal, 8));
    return at + 4;
  }
  const digits = { x: 2, X: 2, u: 4, U: 8 }[char];
  const hex = digits ? text.slice(at + 2, at + 2 + digits) : '';
  if (!digits || hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) {
    throw new Failure('an escape that does not exist', at);
  }
  const value = Number.parseInt(hex, 16);
  if (digits === 2) {
    content.addByte(value);
  } else {
    const isSurrogate = value >= 0xd800 && value <= 0xdfff;
    if (content.isBytes || value > 0x10ffff || isSurrogate) {
      throw new Failure('an escape that does not exist', at);
    }
    content.addChar(value);
  }
  return at + 2 + digits;
}
