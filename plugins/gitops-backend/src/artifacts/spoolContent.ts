import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  ArtifactTooLargeError,
  PutArtifactOptions,
  StoredArtifact,
} from '@backstage-gitops/plugin-gitops-node';

/**
 * Writes content to a new file; its digest and size are known then.
 *
 * @throws ArtifactTooLargeError, and what the content fails with
 */
export async function spoolContent(
  content: Readable | Uint8Array,
  file: string,
  options: PutArtifactOptions,
): Promise<StoredArtifact> {
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, callback) {
      size += chunk.length;
      if (options.maxSize !== undefined && size > options.maxSize) {
        callback(new ArtifactTooLargeError(options.maxSize));
        return;
      }
      hash.update(chunk);
      callback(null, chunk);
    },
  });
  await pipeline(
    content instanceof Readable ? content : Readable.from([content]),
    measure,
    createWriteStream(file, { flags: 'wx', mode: 0o600 }),
    options.signal ? { signal: options.signal } : {},
  );
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
