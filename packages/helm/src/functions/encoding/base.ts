import {
  decodeUtf8,
  encodeUtf8,
  GoFunction,
  goFunction,
  STRING,
} from '@backstage-gitops/go-template';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE64 =
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 0x3d;

/** Where a text stops being valid, as Go counts it: in bytes from 0. */
export class CorruptInput extends Error {
  constructor(readonly offset: number) {
    super(`illegal data at input byte ${offset}`);
  }
}

/** The bytes that groups of `bits` stand for; bits left over are dropped. */
function unpack(digits: readonly number[], bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor((digits.length * bits) / 8));
  let buffer = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    buffer = ((buffer << bits) | digit) & 0xffff;
    held += bits;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (buffer >> held) & 0xff;
    }
  }
  return bytes;
}

function isNewline(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d;
}

/** What a byte stands for; -1 for bytes outside the alphabet. */
function digitOf(alphabet: string, byte: number): number {
  return byte < 0x80 ? alphabet.indexOf(String.fromCharCode(byte)) : -1;
}

/** Go's `base64.StdEncoding`: padding is required, line ends are skipped. */
export function decodeBase64(source: Uint8Array): Uint8Array {
  const digits: number[] = [];
  let at = 0;
  const skipNewlines = () => {
    while (at < source.length && isNewline(source[at])) {
      at++;
    }
  };
  for (;;) {
    skipNewlines();
    const place = digits.length % 4;
    if (at === source.length) {
      if (place === 0) {
        return unpack(digits, 6);
      }
      throw new CorruptInput(at - place);
    }
    const byte = source[at++];
    const digit = digitOf(BASE64, byte);
    if (digit >= 0) {
      digits.push(digit);
      continue;
    }
    if (byte !== PAD || place < 2) {
      throw new CorruptInput(at - 1);
    }
    if (place === 2) {
      skipNewlines();
      if (at === source.length) {
        throw new CorruptInput(at);
      }
      if (source[at] !== PAD) {
        throw new CorruptInput(at - 1);
      }
      at++;
    }
    skipNewlines();
    if (at < source.length) {
      throw new CorruptInput(at);
    }
    return unpack(digits, 6);
  }
}

/** Go's `base32.StdEncoding`; offsets do not count line ends. */
function decodeBase32(text: Uint8Array): Uint8Array {
  const source = text.filter(byte => !isNewline(byte));
  const digits: number[] = [];
  for (let at = 0; at < source.length; at++) {
    const place = digits.length % 8;
    const left = source.length - at - 1;
    if (source[at] === PAD && place >= 2 && left < 8) {
      if (left + place < 7) {
        throw new CorruptInput(source.length);
      }
      for (let k = 0; k < 7 - place && k < left; k++) {
        if (source[at + 1 + k] !== PAD) {
          throw new CorruptInput(at + k);
        }
      }
      if (place === 3 || place === 6) {
        throw new CorruptInput(at);
      }
      return unpack(digits, 5);
    }
    const digit = digitOf(BASE32, source[at]);
    if (digit < 0) {
      throw new CorruptInput(at);
    }
    digits.push(digit);
  }
  if (digits.length % 8 !== 0) {
    throw new CorruptInput(source.length - (digits.length % 8));
  }
  return unpack(digits, 5);
}

function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let held = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text += BASE32[(buffer >> held) & 31];
    }
  }
  if (held > 0) {
    text += BASE32[(buffer << (5 - held)) & 31];
  }
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

/** Sprig gives the message of the error as the result. */
function decoder(name: string, decode: (bytes: Uint8Array) => Uint8Array) {
  return goFunction([STRING], (text: string) => {
    try {
      return decodeUtf8(decode(encodeUtf8(text)));
    } catch (error) {
      if (error instanceof CorruptInput) {
        return `illegal ${name} data at input byte ${error.offset}`;
      }
      throw error;
    }
  });
}

/** `b64enc`, `b64dec`, `b32enc`, `b32dec` of sprig 3.3. */
export const baseFunctions: ReadonlyMap<string, GoFunction> = new Map([
  [
    'b64enc',
    goFunction([STRING], (text: string) =>
      Buffer.from(encodeUtf8(text)).toString('base64'),
    ),
  ],
  ['b64dec', decoder('base64', decodeBase64)],
  [
    'b32enc',
    goFunction([STRING], (text: string) => encodeBase32(encodeUtf8(text))),
  ],
  ['b32dec', decoder('base32', decodeBase32)],
]);
