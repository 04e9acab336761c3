import { SopsError } from './SopsError';

/**
 * The secret of shares by Shamir's scheme over GF(2^8), byte by byte, as Vault
 * and SOPS split it: the last byte of a share is its place.
 *
 * @throws SopsError
 */
export function combineShares(shares: readonly Buffer[]): Buffer {
  const [{ length }] = shares;
  const places = shares.map(share => share[share.length - 1]);
  if (
    shares.length < 2 ||
    length < 2 ||
    shares.some(share => share.length !== length) ||
    new Set(places).size !== places.length ||
    places.includes(0)
  ) {
    throw new SopsError(
      'SOPS_KEY',
      'the parts of the data key do not belong together',
    );
  }
  // The weight of each share where the polynomial crosses zero.
  const weights = places.map((place, i) =>
    places.reduce(
      (weight, other, j) =>
        i === j ? weight : multiply(weight, divide(other, place ^ other)),
      1,
    ),
  );
  const secret = Buffer.alloc(length - 1);
  for (let at = 0; at < secret.length; at++) {
    secret[at] = shares.reduce(
      (sum, share, i) => sum ^ multiply(share[at], weights[i]),
      0,
    );
  }
  return secret;
}

/** In the field of AES, with the polynomial x^8 + x^4 + x^3 + x + 1. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let factor = a, rest = b; rest > 0; rest >>= 1) {
    product ^= rest & 1 ? factor : 0;
    factor = ((factor << 1) ^ (factor & 0x80 ? 0x11b : 0)) & 0xff;
  }
  return product;
}

/** By Fermat: the 254th power is the inverse. */
function divide(a: number, b: number): number {
  let inverse = 1;
  for (let i = 0; i < 254; i++) {
    inverse = multiply(inverse, b);
  }
  return multiply(a, inverse);
}
