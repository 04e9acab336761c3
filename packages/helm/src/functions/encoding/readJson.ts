import { encodeUtf8, goQuote } from '@backstage-gitops/go-template';
import { setOwn } from '@backstage-gitops/kubernetes-yaml';

/** Nesting that is read; Go reads 10,000 levels. */
const MAX_DEPTH = 1000;

const SURROGATE = /[\ud800-\udfff]/;
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;
// What may be larger than a float64 can be.
const LARGE_NUMBER = /[eE]\+?0*[1-9][0-9]{2}|[0-9]{300}/;

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x22, '"'],
  [0x2f, '/'],
  [0x5c, '\\'],
  [0x62, '\b'],
  [0x66, '\f'],
  [0x6e, '\n'],
  [0x72, '\r'],
  [0x74, '\t'],
]);
const WORDS: ReadonlyMap<number, readonly [string, unknown]> = new Map([
  [0x74, ['true', true]],
  [0x66, ['false', false]],
  [0x6e, ['null', null]],
]);

/** What was read; `typeError` is the first number that is too large. */
export interface JsonResult {
  readonly value: unknown;
  readonly typeError?: string;
}

/** A text that is no JSON, in the words of Go's encoding/json. */
export class JsonSyntaxError extends Error {}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

class JsonReader {
  private at = 0;
  private depth = 0;
  private typeError: string | undefined;
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(private readonly bytes: Uint8Array) {}

  read(): JsonResult {
    this.skipSpace();
    const value = this.value('looking for beginning of value');
    this.skipSpace();
    if (this.at < this.bytes.length) {
      this.fail('after top-level value');
    }
    return { value, typeError: this.typeError };
  }

  /** At the end of the text, Go looks what a space would be there. */
  private fail(context: string): never {
    const byte = this.bytes[this.at] ?? 0x20;
    throw new JsonSyntaxError(
      `invalid character ${quoteByte(byte)} ${context}`,
    );
  }

  private end(): never {
    throw new JsonSyntaxError('unexpected end of JSON input');
  }

  private skipSpace(): void {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        return;
      }
      this.at++;
    }
  }

  /** The next byte that is no space. */
  private next(): number {
    this.skipSpace();
    return this.at < this.bytes.length ? this.bytes[this.at] : this.end();
  }

  private value(context: string): unknown {
    const byte = this.next();
    switch (byte) {
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case 0x22:
        return this.string();
      default:
    }
    const word = WORDS.get(byte);
    if (word !== undefined) {
      return this.word(word[0], word[1]);
    }
    return byte === 0x2d || isDigit(byte) ? this.number() : this.fail(context);
  }

  private enter(): void {
    this.at++;
    if (++this.depth > MAX_DEPTH) {
      throw new JsonSyntaxError('exceeded max depth');
    }
  }

  private object(): unknown {
    this.enter();
    const object = {};
    let byte = this.next();
    let first = true;
    while (byte !== 0x7d || !first) {
      first = false;
      if (byte !== 0x22) {
        this.fail('looking for beginning of object key string');
      }
      const key = this.string();
      if (this.next() !== 0x3a) {
        this.fail('after object key');
      }
      this.at++;
      setOwn(object, key, this.value('looking for beginning of value'));
      byte = this.next();
      if (byte === 0x7d) {
        break;
      }
      if (byte !== 0x2c) {
        this.fail('after object key:value pair');
      }
      this.at++;
      byte = this.next();
    }
    this.at++;
    this.depth--;
    return object;
  }

  private array(): unknown {
    this.enter();
    const array: unknown[] = [];
    if (this.next() !== 0x5d) {
      for (;;) {
        array.push(this.value('looking for beginning of value'));
        const byte = this.next();
        if (byte === 0x5d) {
          break;
        }
        if (byte !== 0x2c) {
          this.fail('after array element');
        }
        this.at++;
      }
    }
    this.at++;
    this.depth--;
    return array;
  }

  private word(word: string, value: unknown): unknown {
    for (let i = 1; i < word.length; i++) {
      this.at++;
      if (this.bytes[this.at] !== word.charCodeAt(i)) {
        this.fail(`in literal ${word} (expecting '${word[i]}')`);
      }
    }
    this.at++;
    return value;
  }

  private number(): unknown {
    const start = this.at;
    if (this.bytes[this.at] === 0x2d) {
      this.at++;
    }
    if (this.bytes[this.at] === 0x30) {
      this.at++;
    } else {
      this.digits('in numeric literal');
    }
    if (this.bytes[this.at] === 0x2e) {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if ((this.bytes[this.at] | 0x20) === 0x65) {
      this.at++;
      if (this.bytes[this.at] === 0x2b || this.bytes[this.at] === 0x2d) {
        this.at++;
      }
      this.digits('in exponent of numeric literal');
    }
    const text = this.decoder.decode(this.bytes.subarray(start, this.at));
    const value = Number(text);
    if (!Number.isFinite(value)) {
      this.typeError ??= `json: cannot unmarshal number ${text} into Go value of type float64`;
      return null;
    }
    return value;
  }

  private digits(context: string): void {
    if (!isDigit(this.bytes[this.at])) {
      this.fail(context);
    }
    while (isDigit(this.bytes[this.at])) {
      this.at++;
    }
  }

  private string(): string {
    let text = '';
    let start = ++this.at;
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined) {
        this.end();
      }
      if (byte === 0x22 || byte === 0x5c) {
        text += this.decoder.decode(this.bytes.subarray(start, this.at));
        this.at++;
        if (byte === 0x22) {
          return text;
        }
        text += this.escape();
        start = this.at;
      } else if (byte < 0x20) {
        this.fail('in string literal');
      } else {
        this.at++;
      }
    }
  }

  private escape(): string {
    const byte = this.bytes[this.at];
    const simple = ESCAPES.get(byte);
    if (simple !== undefined) {
      this.at++;
      return simple;
    }
    if (byte !== 0x75) {
      this.fail('in string escape code');
    }
    this.at++;
    const high = this.hex();
    if (high < 0xd800 || high > 0xdfff) {
      return String.fromCharCode(high);
    }
    const back = this.at;
    if (
      high < 0xdc00 &&
      this.bytes[this.at] === 0x5c &&
      this.bytes[this.at + 1] === 0x75
    ) {
      this.at += 2;
      const low = this.hex();
      if (low >= 0xdc00 && low <= 0xdfff) {
        return String.fromCharCode(high, low);
      }
      this.at = back;
    }
    return '\ufffd';
  }

  private hex(): number {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const digit = Number.parseInt(
        String.fromCharCode(this.bytes[this.at] ?? 0x20),
        16,
      );
      if (Number.isNaN(digit)) {
        this.fail('in \\u hexadecimal character escape');
      }
      value = value * 16 + digit;
      this.at++;
    }
    return value;
  }
}

/** A byte in single quotes; those beyond ASCII are taken for characters. */
function quoteByte(byte: number): string {
  if (byte === 0x27) {
    return "'\\''";
  }
  if (byte === 0x22) {
    return "'\"'";
  }
  return `'${goQuote(String.fromCharCode(byte)).slice(1, -1)}'`;
}

/**
 * Reads JSON as Go's encoding/json (Go 1.26) does into an empty interface:
 * numbers are float64, what is no UTF-8 becomes the replacement character.
 *
 * @throws JsonSyntaxError
 */
export function readJson(text: string): JsonResult {
  if (!needsCare(text)) {
    try {
      return { value: JSON.parse(text) };
    } catch {
      // The reader below knows what Go says of it.
    }
  }
  return new JsonReader(encodeUtf8(text)).read();
}

/** Whether the engine's own parser could give something else. */
function needsCare(text: string): boolean {
  return (
    SURROGATE.test(text) ||
    ESCAPED_SURROGATE.test(text) ||
    LARGE_NUMBER.test(text) ||
    mayBeDeep(text)
  );
}

function mayBeDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) | 0x20;
    if (code === 0x7b && ++depth > MAX_DEPTH) {
      return true;
    }
    if (code === 0x7d) {
      depth--;
    }
  }
  return false;
}
