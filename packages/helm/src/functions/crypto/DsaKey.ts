import type { KeyObject } from 'node:crypto';
import { DerError, decodeSequence, encodeInteger, sequence, TAGS } from './der';

/** A DSA key: version, P, Q, G, Y, X. Nothing here signs with it. */
export class DsaKey {
  private constructor(readonly bytes: Uint8Array) {}

  /** @throws DerError */
  static parse(bytes: Uint8Array): DsaKey {
    const numbers = decodeSequence(bytes);
    if (
      numbers.length !== 6 ||
      numbers.some(({ tag }) => tag !== TAGS.INTEGER)
    ) {
      throw new DerError('not a DSA key');
    }
    return new DsaKey(bytes);
  }

  /** The form in which OpenSSL once wrote such keys; Node has PKCS #8 only. */
  static from(key: KeyObject): DsaKey {
    const wrapped = key.export({ format: 'der', type: 'pkcs8' });
    const [, algorithm, secret] = decodeSequence(wrapped);
    const [, parameters] = decodeSequence(algorithm.whole);
    const [p, q, g] = decodeSequence(parameters.whole);
    const [x] = decodeSequence(sequence(secret.content));
    const y = power(
      toBigInt(g.content),
      toBigInt(x.content),
      toBigInt(p.content),
    );
    return new DsaKey(
      sequence(
        encodeInteger(Uint8Array.of(0)),
        p.whole,
        q.whole,
        g.whole,
        encodeInteger(toBytes(y)),
        x.whole,
      ),
    );
  }
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return Buffer.from(
    digits.padStart(digits.length + (digits.length % 2), '0'),
    'hex',
  );
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) {
      result = (result * square) % modulus;
    }
    square = (square * square) % modulus;
  }
  return result;
}
