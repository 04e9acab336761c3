import { isPrint } from '../lex/characters';
import { encodeUtf8, runeCount } from '../values/utf8';
import { FloatForm, formatFloat } from './formatFloat';
import { canBackquote, goQuote, goQuoteRune } from './quote';

/** Flags, width and precision of one verb, and how they lay out a value. */
export class Layout {
  sharp = false;
  zero = false;
  plus = false;
  minus = false;
  space = false;
  /** `%#v`: Go syntax. */
  sharpV = false;
  /** `%+v`: names of fields. */
  plusV = false;
  width: number | undefined;
  precision: number | undefined;

  pad(text: string): string {
    if (this.width === undefined) {
      return text;
    }
    const missing = this.width - runeCount(text);
    return missing > 0 ? this.padding(missing, text) : text;
  }

  private padding(count: number, text: string): string {
    if (this.minus) {
      return text + ' '.repeat(count);
    }
    return (this.zero ? '0' : ' ').repeat(count) + text;
  }

  private padBlank(text: string): string {
    const { zero } = this;
    this.zero = false;
    const padded = this.pad(text);
    this.zero = zero;
    return padded;
  }

  private truncate(text: string): string {
    return this.precision === undefined || text.length <= this.precision
      ? text
      : Array.from(text).slice(0, this.precision).join('');
  }

  string(text: string): string {
    return this.pad(this.truncate(text));
  }

  quoted(text: string): string {
    const cut = this.truncate(text);
    if (this.sharp && canBackquote(cut)) {
      return this.pad(`\`${cut}\``);
    }
    return this.pad(goQuote(cut, { ascii: this.plus }));
  }

  /** Bytes in hexadecimal. */
  hex(text: string | Uint8Array, upper: boolean): string {
    let bytes = typeof text === 'string' ? encodeUtf8(text) : text;
    if (this.precision !== undefined && this.precision < bytes.length) {
      bytes = bytes.subarray(0, this.precision);
    }
    const prefix = this.sharp && bytes.length > 0 ? '0x' : '';
    const digits = Array.from(bytes, byte =>
      byte.toString(16).padStart(2, '0'),
    );
    const joined = this.space
      ? digits.map(pair => prefix + pair).join(' ')
      : prefix + digits.join('');
    return this.pad(upper ? joined.toUpperCase() : joined);
  }

  character(code: bigint): string {
    const valid = code >= 0n && code <= 0x10ffffn && code >> 11n !== 0x1bn;
    return this.pad(valid ? String.fromCodePoint(Number(code)) : '\ufffd');
  }

  quotedCharacter(code: bigint): string {
    const number = code >= 0n && code <= 0x10ffffn ? Number(code) : 0xfffd;
    return this.pad(goQuoteRune(number, { ascii: this.plus }));
  }

  unicode(code: bigint): string {
    const unsigned = BigInt.asUintN(64, code);
    const digits = Math.max(this.precision ?? 0, 4);
    let text = `U+${unsigned.toString(16).toUpperCase().padStart(digits, '0')}`;
    if (this.sharp && unsigned <= 0x10ffffn && isPrint(Number(unsigned))) {
      text += ` '${String.fromCodePoint(Number(unsigned))}'`;
    }
    return this.padBlank(text);
  }

  integer(value: number | bigint, base: number, verb: string): string {
    if (this.precision === 0 && Number(value) === 0) {
      return this.padBlank('');
    }
    const isNegative = value < 0;
    let digits = (isNegative ? -value : value).toString(base);
    let least = this.precision ?? 0;
    if (this.precision === undefined && this.zero && !this.minus) {
      const hasSign = isNegative || this.plus || this.space;
      least = (this.width ?? 0) - (hasSign ? 1 : 0);
    }
    digits = digits.padStart(least, '0');
    if (this.sharp) {
      if (base === 8) {
        digits = digits[0] === '0' ? digits : `0${digits}`;
      } else if (base !== 10) {
        digits = `${base === 2 ? '0b' : '0x'}${digits}`;
      }
    }
    if (verb === 'O') {
      digits = `0o${digits}`;
    }
    if (verb === 'X') {
      digits = digits.toUpperCase();
    }
    if (isNegative) {
      return this.padBlank(`-${digits}`);
    }
    const sign = (this.plus && '+') || (this.space && ' ') || '';
    return this.padBlank(sign + digits);
  }

  float(
    value: number,
    form: FloatForm,
    defaultPrecision: number,
    bits: 32 | 64,
  ): string {
    const precision = this.precision ?? defaultPrecision;
    let text = formatFloat(value, form, precision, bits);
    let sign = text[0] === '-' ? '-' : '+';
    text = text.replace(/^[+-]/, '');
    if (this.space && sign === '+' && !this.plus) {
      sign = ' ';
    }
    if (text === 'Inf' || text === 'NaN') {
      // Infinity always has its sign.
      const bare = text === 'NaN' && !this.space && !this.plus;
      return this.padBlank(bare ? text : sign + text);
    }
    if (this.sharp && form !== 'b') {
      text = withPoint(text, form, precision);
    }
    if (!this.plus && sign === '+') {
      return this.pad(text);
    }
    const missing = (this.width ?? 0) - text.length - 1;
    if (this.zero && !this.minus && missing > 0) {
      return sign + '0'.repeat(missing) + text;
    }
    return this.pad(sign + text);
  }
}

/** With the sharp flag a point is always there, and zeros stay. */
function withPoint(text: string, form: FloatForm, precision: number): string {
  let wanted = 0;
  if (form === 'g' || form === 'G' || form === 'x') {
    wanted = precision === -1 ? 6 : precision;
  }
  const isHex = form === 'x' || form === 'X';
  const end = text.search(isHex ? /[pP]/ : /[eEpP]/);
  let mantissa = end < 0 ? text : text.slice(0, end);
  const tail = end < 0 ? '' : text.slice(end);
  const significant = mantissa.replace('.', '').replace(/^0+/, '');
  let missing = wanted - significant.length;
  if (!mantissa.includes('.')) {
    missing -= mantissa === '0' ? 1 : 0;
    mantissa += '.';
  }
  return mantissa + '0'.repeat(Math.max(missing, 0)) + tail;
}
