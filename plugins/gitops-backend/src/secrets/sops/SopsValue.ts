import { createDecipheriv } from 'node:crypto';
import { SopsError } from './SopsError';

/** What a leaf of a document holds, encrypted or not. */
export type SopsValue =
  | { type: 'str' | 'comment'; value: string }
  | { type: 'int'; value: bigint }
  | { type: 'float'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'bytes'; value: Buffer }
  /** As it was written. */
  | { type: 'time'; value: string };

const ENCRYPTED = /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]/;
const TAG_BYTES = 16;

/** Whether a text looks as if SOPS had encrypted it. */
export function isEncryptedValue(text: string): boolean {
  return ENCRYPTED.test(text);
}

/**
 * Opens a value (SOPS 3.13: AES-256 in GCM, its nonce of any length).
 *
 * @param additional - what the value was bound to: its path, each part followed
 * by a colon
 * @throws SopsError
 */
export function decryptValue(
  text: string,
  key: Buffer,
  additional: string,
): SopsValue {
  if (text === '') {
    return { type: 'str', value: '' };
  }
  const match = ENCRYPTED.exec(text);
  if (!match) {
    throw new SopsError(
      'SOPS_VALUE',
      'a value that should be encrypted is not; it was added or changed without sops',
    );
  }
  const [data, iv, tag] = match.slice(1, 4).map(decodeBase64);
  if (tag.length !== TAG_BYTES) {
    throw new SopsError('SOPS_VALUE', 'the tag of a value is too short');
  }
  let plain: Buffer;
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, iv, {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(Buffer.from(additional));
    cipher.setAuthTag(tag);
    plain = Buffer.concat([cipher.update(data), cipher.final()]);
  } catch (error) {
    throw new SopsError(
      'SOPS_VALUE',
      'a value does not open with the data key; it was changed, or moved to another place',
      error,
    );
  }
  return typed(match[4], plain);
}

function typed(type: string, plain: Buffer): SopsValue {
  const text = plain.toString('utf8');
  switch (type) {
    case 'str':
    case 'comment':
    case 'time':
      return { type, value: text };
    case 'bytes':
      return { type, value: plain };
    case 'int':
      if (/^[+-]?\d+$/.test(text)) {
        return { type, value: BigInt(text) };
      }
      break;
    case 'float':
      if (text !== '' && !Number.isNaN(Number(text))) {
        return { type, value: Number(text) };
      }
      break;
    case 'bool':
      if (/^(true|false|t|f|0|1)$/i.test(text)) {
        return { type, value: /^(true|t|1)$/i.test(text) };
      }
      break;
    default:
  }
  throw new SopsError(
    'SOPS_VALUE',
    `a value is of a type that is not known, or no such value: ${type.slice(0, 20)}`,
  );
}

/** What the MAC of a document is made over. */
export function bytesOf({ type, value }: SopsValue): Buffer {
  switch (type) {
    case 'bytes':
      return value;
    case 'bool':
      return Buffer.from(value ? 'True' : 'False');
    case 'float':
      return Buffer.from(formatFloat(value));
    default:
      return Buffer.from(String(value));
  }
}

/** As Go formats with 'f' and the shortest precision: never with an exponent. */
export function formatFloat(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) {
    return text === 'Infinity' ? '+Inf' : text.replace('Infinity', 'Inf');
  }
  const [, sign, head, tail = '', exponent] = match;
  const digits = head + tail;
  const point = Number(exponent) + 1;
  if (point <= 0) {
    return `${sign}0.${'0'.repeat(-point)}${digits}`;
  }
  return digits.length <= point
    ? `${sign}${digits.padEnd(point, '0')}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function decodeBase64(text: string): Buffer {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new SopsError('SOPS_VALUE', 'a value is not in base64');
  }
  return Buffer.from(text, 'base64');
}
