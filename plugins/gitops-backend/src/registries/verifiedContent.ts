import { pipeline, Readable, Transform } from 'node:stream';
import { hashFor } from './digest';
import { RegistryError } from './RegistryError';

/**
 * The same bytes; where they are not those that the digest names, or not as many
 * as was said, the end fails. What was read until then must not be used.
 */
export function verifiedContent(
  source: Readable,
  { digest, size, what }: { digest: string; size: number; what: string },
): Readable {
  const hash = hashFor(digest);
  let seen = 0;
  const mismatch = () =>
    new RegistryError(
      'REGISTRY_DIGEST_MISMATCH',
      `${what} is not what ${digest} and its ${size} bytes say; the registry, or something before it, sent other content`,
    );
  const check = new Transform({
    transform(chunk: Buffer, _, callback) {
      seen += chunk.length;
      hash.update(chunk);
      callback(seen > size ? mismatch() : null, chunk);
    },
    flush(callback) {
      const found = `${digest.slice(0, digest.indexOf(':'))}:${hash.digest('hex')}`;
      callback(seen !== size || found !== digest ? mismatch() : null);
    },
  });
  // A failure of either reaches the other; the reader sees it at the end.
  pipeline(source, check, () => {});
  return check;
}
