import { hash } from 'node:crypto';
import {
  encodeUtf8,
  GoFunction,
  goFunction,
  STRING,
} from '@backstage-gitops/go-template';

/** Bytes that are no UTF-8. */
const BYTES = /\p{Surrogate}/u;

function digest(algorithm: string): GoFunction {
  return goFunction([STRING], (text: string) =>
    hash(algorithm, BYTES.test(text) ? encodeUtf8(text) : text, 'hex'),
  );
}

const MODULUS = 65521;
/** So many bytes cannot make the sums inexact. */
const CHUNK = 3000;

function adler32(text: string): string {
  const bytes = encodeUtf8(text);
  let low = 1;
  let high = 0;
  for (let from = 0; from < bytes.length; from += CHUNK) {
    const to = Math.min(from + CHUNK, bytes.length);
    for (let i = from; i < to; i++) {
      low += bytes[i];
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return String(high * 65536 + low);
}

/** `sha1sum`, `sha256sum`, `sha512sum`, `adler32sum` of sprig 3.3. */
export const sumFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['sha1sum', digest('sha1')],
  ['sha256sum', digest('sha256')],
  ['sha512sum', digest('sha512')],
  ['adler32sum', goFunction([STRING], adler32)],
]);
