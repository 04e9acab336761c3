import { createHash, Hash } from 'node:crypto';
import { RegistryError } from './RegistryError';

/** Length of the hex text by algorithm; those that the image specification registers. */
const HEX_LENGTH: Readonly<Record<string, number>> = {
  sha256: 64,
  sha512: 128,
};

/** Whether a text is `sha256:…` or `sha512:…`. */
export function isDigest(text: string): boolean {
  const [algorithm, hex, ...more] = text.split(':');
  return (
    more.length === 0 &&
    Object.hasOwn(HEX_LENGTH, algorithm) &&
    hex?.length === HEX_LENGTH[algorithm] &&
    /^[0-9a-f]+$/.test(hex)
  );
}

/** @throws RegistryError REGISTRY_INVALID_REFERENCE */
export function requireDigest(text: string): string {
  if (!isDigest(text)) {
    throw new RegistryError(
      'REGISTRY_INVALID_REFERENCE',
      `'${text.slice(0, 160)}' is no digest; it must look like sha256:<64 hexadecimal digits>`,
    );
  }
  return text;
}

/** The hash that a digest names. */
export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

/** The digest of bytes by the algorithm of another one; sha256 by default. */
export function digestOf(bytes: Uint8Array, like = 'sha256:'): string {
  const algorithm = like.slice(0, like.indexOf(':'));
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
