import { decodeUtf8, encodeUtf8, GoError } from '@backstage-gitops/go-template';
import { quoteText } from '../text/quote';

/** A part of a URL: what may stand in it without an escape. */
export type UrlPart = 'path' | 'host' | 'zone' | 'userinfo' | 'fragment';

const COMMON =
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~$&+=';
const HOST = '!"\'()*,:;<>[]';

/** Go 1.26 follows RFC 3986, but for what clients send in host names. */
const ALLOWED: Readonly<Record<UrlPart, ReadonlySet<number>>> = {
  path: bytesOf(`${COMMON},/:;@`),
  host: bytesOf(COMMON + HOST),
  zone: bytesOf(COMMON + HOST),
  userinfo: bytesOf(`${COMMON},;`),
  fragment: bytesOf(`${COMMON}!()*,/:;?@`),
};

function bytesOf(characters: string): ReadonlySet<number> {
  return new Set(encodeUtf8(characters));
}

/** Whether the byte has to be escaped in this part. */
export function mustEscape(byte: number, part: UrlPart): boolean {
  return !ALLOWED[part].has(byte);
}

/** The text with `%XX` for bytes that may not stand in this part. */
export function escape(text: string, part: UrlPart): string {
  let escaped = '';
  for (const byte of encodeUtf8(text)) {
    escaped += mustEscape(byte, part)
      ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
      : String.fromCharCode(byte);
  }
  return escaped;
}

/**
 * The text without its escapes.
 *
 * @throws GoError where an escape is none, or may not be in this part
 */
export function unescape(text: string, part: UrlPart): string {
  const inHost = part === 'host' || part === 'zone';
  if (!inHost && !text.includes('%')) {
    return text;
  }
  const source = encodeUtf8(text);
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at++) {
    const byte = source[at];
    if (byte === 0x25) {
      bytes[length++] = unescapeByte(source.subarray(at, at + 3), part);
      at += 2;
    } else {
      if (inHost && byte < 0x80 && mustEscape(byte, part)) {
        const shown = quoteText(String.fromCharCode(byte));
        throw new GoError(`invalid character ${shown} in host name`);
      }
      bytes[length++] = byte;
    }
  }
  return decodeUtf8(bytes.subarray(0, length));
}

function unescapeByte(sequence: Uint8Array, part: UrlPart): number {
  const text = decodeUtf8(sequence);
  const byte = /^%[0-9a-f]{2}$/i.test(text)
    ? parseInt(text.slice(1), 16)
    : undefined;
  // In host names only bytes beyond ASCII are escaped; a zone is free to.
  const isRefused =
    byte === undefined ||
    (part === 'host' && byte < 0x80 && text !== '%25') ||
    (part === 'zone' &&
      text !== '%25' &&
      byte !== 0x20 &&
      mustEscape(byte, 'host'));
  if (isRefused) {
    throw new GoError(`invalid URL escape ${quoteText(text)}`);
  }
  return byte;
}
