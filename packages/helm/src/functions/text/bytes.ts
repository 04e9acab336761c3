import {
  byteLength,
  decodeUtf8,
  encodeUtf8,
} from '@backstage-gitops/go-template';
import { hasRawBytes, isAscii } from './runes';

/** The bytes of a text; `start` and `end` are within it. */
export function sliceBytes(text: string, start: number, end: number): string {
  return isAscii(text)
    ? text.slice(start, end)
    : decodeUtf8(encodeUtf8(text).subarray(start, end));
}

/** The first bytes of a text, all of it where it is not longer. */
export function headBytes(text: string, length: number): string {
  if (text.length * 3 <= length) {
    return text;
  }
  if (text.length >= length) {
    const head = text.slice(0, length);
    if (isAscii(head)) {
      return head;
    }
  }
  return byteLength(text) <= length ? text : sliceBytes(text, 0, length);
}

/** A text with one unit for every byte of this one. */
export function toBinary(text: string): string {
  return isAscii(text)
    ? text
    : Buffer.from(encodeUtf8(text)).toString('latin1');
}

/** The text of what {@link toBinary} gave. */
export function fromBinary(binary: string): string {
  return isAscii(binary) ? binary : decodeUtf8(Buffer.from(binary, 'latin1'));
}

/**
 * Whether a search has to be for bytes: only bytes that are not UTF-8 can be a
 * part of a character.
 */
export const needsBytes = hasRawBytes;
