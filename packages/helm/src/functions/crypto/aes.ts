import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  decodeUtf8,
  encodeUtf8,
  GoError,
  GoFunction,
  goFunction,
  STRING,
} from '@backstage-gitops/go-template';
import { CorruptInput, decodeBase64 } from '../encoding/base';
import type { RandomBytes } from './RandomBytes';

const ALGORITHM = 'aes-256-cbc';
const BLOCK = 16;

/** The password as it is: cut, or filled with zeros. */
function keyOf(password: string): Buffer {
  const key = Buffer.alloc(32);
  key.set(encodeUtf8(password).subarray(0, key.length));
  return key;
}

function outOfRange(bounds: string): GoError {
  return new GoError(`runtime error: slice bounds out of range ${bounds}`);
}

function decode(text: string): { bytes: Uint8Array; capacity: number } {
  const source = encodeUtf8(text);
  try {
    return {
      bytes: decodeBase64(source),
      capacity: Math.floor(source.length / 4) * 3,
    };
  } catch (error) {
    throw error instanceof CorruptInput
      ? new GoError(`illegal base64 data at input byte ${error.offset}`)
      : error;
  }
}

/** Go panics where there is no text behind the first block. */
function decrypt(password: string, text: string): string {
  if (text === '') {
    return '';
  }
  const { bytes, capacity } = decode(text);
  if (capacity < BLOCK) {
    throw outOfRange(`[:${BLOCK}] with capacity ${capacity}`);
  }
  if (bytes.length < BLOCK) {
    throw outOfRange(`[${BLOCK}:${bytes.length}]`);
  }
  if (bytes.length % BLOCK !== 0) {
    throw new GoError('crypto/cipher: input not full blocks');
  }
  if (bytes.length === BLOCK) {
    throw new GoError('runtime error: index out of range [-1]');
  }
  const decipher = createDecipheriv(
    ALGORITHM,
    keyOf(password),
    bytes.subarray(0, BLOCK),
  ).setAutoPadding(false);
  const plain = Buffer.concat([
    decipher.update(bytes.subarray(BLOCK)),
    decipher.final(),
  ]);
  const end = plain.length - plain[plain.length - 1];
  if (end < 0) {
    throw outOfRange(`[:${end}]`);
  }
  return decodeUtf8(plain.subarray(0, end));
}

/** `encryptAES` and `decryptAES` of sprig 3.3: AES-256-CBC, PKCS #7. */
export function createAesFunctions(
  randomBytes: RandomBytes,
): ReadonlyMap<string, GoFunction> {
  const encrypt = (password: string, text: string) => {
    if (text === '') {
      return '';
    }
    const start = randomBytes(BLOCK);
    const cipher = createCipheriv(ALGORITHM, keyOf(password), start);
    return Buffer.concat([
      start,
      cipher.update(encodeUtf8(text)),
      cipher.final(),
    ]).toString('base64');
  };
  return new Map([
    ['encryptAES', goFunction([STRING, STRING], encrypt)],
    ['decryptAES', goFunction([STRING, STRING], decrypt)],
  ]);
}
