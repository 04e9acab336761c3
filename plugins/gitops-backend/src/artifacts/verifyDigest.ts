import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArtifactCorruptError } from '@backstage-gitops/plugin-gitops-node';

/**
 * The bytes of a blob; the stream ends with ArtifactCorruptError in place of its
 * end where they are not those of the digest.
 */
export function verifyDigest(
  source: Readable,
  digest: string,
  options: { signal?: AbortSignal } = {},
): Readable {
  const hash = createHash('sha256');
  const verified = new Transform({
    transform(chunk: Buffer, _, callback) {
      hash.update(chunk);
      callback(null, chunk);
    },
    flush(callback) {
      const actual = `sha256:${hash.digest('hex')}`;
      callback(
        actual === digest ? null : new ArtifactCorruptError(digest, actual),
      );
    },
  });
  // Errors of the source, and an abort, reach the reader through `verified`.
  pipeline(
    source,
    verified,
    options.signal ? { signal: options.signal } : {},
  ).catch(() => {});
  return verified;
}
