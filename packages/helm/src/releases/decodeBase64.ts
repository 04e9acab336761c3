const FOREIGN = /[^A-Za-z0-9+/]/;

/**
 * Go's `base64.StdEncoding`: padding is required, line ends are skipped, and
 * nothing else may come. Undefined where the text is no base64.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/[\r\n]/g, '');
  if (digits.length % 4 !== 0) {
    return undefined;
  }
  let end = digits.length;
  while (end > digits.length - 2 && digits[end - 1] === '=') {
    end--;
  }
  return FOREIGN.test(digits.slice(0, end))
    ? undefined
    : Buffer.from(digits, 'base64');
}
