const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

const UNPRINTABLE = /[\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/**
 * A text in quotation marks as JSON Schema messages of Helm have it: escaped
 * as Go's `%q` does, but in apostrophes.
 */
export function quoteSingle(text: string): string {
  const inner = text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(UNPRINTABLE, char => ESCAPES[char] ?? escapeCode(char));
  return `'${inner.replaceAll("'", "\\'")}'`;
}

function escapeCode(char: string): string {
  const code = char.codePointAt(0)!;
  const hex = (digits: number) => code.toString(16).padStart(digits, '0');
  if (code < 0x80) {
    return `\\x${hex(2)}`;
  }
  return code > 0xffff ? `\\U${hex(8)}` : `\\u${hex(4)}`;
}

/** Go's `%v` of a float64: shortest digits, an exponent from 21 digits on. */
export function formatFloat(value: number): string {
  if (value === 0) {
    return Object.is(value, -0) ? '-0' : '0';
  }
  const [digits, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 21) {
    const sign = power < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return String(value);
}
