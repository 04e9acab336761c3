import { NotFoundError } from '@backstage/errors';
import { RequestHandler } from 'express';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { ArtifactUrls } from './ArtifactUrls';
import { sendArtifact } from './sendArtifact';

const FILE = /^([0-9a-f]{64})\.tar\.gz$/;

/**
 * `GET /artifacts/<hex>.tar.gz`: the artifact, or a range of it, to whoever has
 * a signed address. Rejects with 404; mount it on a router that takes promises.
 */
export function artifactRoute(options: {
  store: ArtifactStore;
  urls: ArtifactUrls;
}): RequestHandler {
  return async (req, res) => {
    const hex = FILE.exec(req.params.file)?.[1];
    const { expires, signature } = req.query;
    if (
      !hex ||
      typeof expires !== 'string' ||
      typeof signature !== 'string' ||
      !options.urls.verify({ hex, expires, signature })
    ) {
      throw new NotFoundError(
        'There is no such artifact, or its address has expired',
      );
    }
    const digest = `sha256:${hex}`;
    const stored = await options.store.has(digest);
    if (!stored) {
      throw new NotFoundError('The artifact is not in the store any more');
    }
    await sendArtifact(req, res, { store: options.store, artifact: stored });
  };
}
