import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';

/** Artifacts in memory, of what is given as bytes. */
export function memoryStore(
  overrides: Partial<ArtifactStore> = {},
): ArtifactStore & { readonly digests: string[] } {
  const blobs = new Map<string, Uint8Array>();
  return {
    get digests() {
      return [...blobs.keys()];
    },
    put: async content => {
      const bytes = content as Uint8Array;
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      blobs.set(digest, bytes);
      return { digest, size: bytes.length };
    },
    open: async digest => Readable.from([blobs.get(digest)]),
    has: async digest => {
      const bytes = blobs.get(digest);
      return bytes && { digest, size: bytes.length };
    },
    delete: async digest => {
      blobs.delete(digest);
    },
    list: async function* list() {
      yield* [];
    },
    ...overrides,
  };
}
