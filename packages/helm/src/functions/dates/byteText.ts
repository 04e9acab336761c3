import { encodeUtf8 } from '@backstage-gitops/go-template';

const NOT_ASCII = /[^\0-\x7f]/;
// eslint-disable-next-line no-control-regex -- they are what is looked for
const QUOTED = /[\0-\x1f"\\\x80-\xff]/g;

/**
 * A text of which every unit is one byte of the UTF-8, since Go's `time` reads
 * layouts and values byte by byte.
 */
export function toBytes(text: string): string {
  return NOT_ASCII.test(text)
    ? Buffer.from(encodeUtf8(text)).toString('latin1')
    : text;
}

/** Such a text between quotes, as messages of Go's `time` show it. */
export function quoteBytes(bytes: string): string {
  const inner = bytes.replace(QUOTED, unit => {
    if (unit === '"' || unit === '\\') {
      return `\\${unit}`;
    }
    return `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${inner}"`;
}
