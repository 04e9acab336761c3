import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isError, NotFoundError } from '@backstage/errors';
import { RequestHandler, Response } from 'express';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { ArtifactUrls } from './ArtifactUrls';

const FILE = /^([0-9a-f]{64})\.tar\.gz$/;

/**
 * `GET /artifacts/<hex>.tar.gz`: the artifact, to whoever has a signed
 * address. Rejects with 404; mount it on a router that takes promises.
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
    res.setHeader('Content-Type', 'application/gzip');
    res.setHeader('Content-Length', stored.size);
    res.setHeader('Cache-Control', 'private, immutable, max-age=3600');
    await send(await options.store.open(digest), res);
  };
}

/**
 * A client may hang up when it likes, even after the last byte and before the
 * answer has ended: that is no error of ours.
 */
async function send(archive: Readable, res: Response) {
  try {
    await pipeline(archive, res);
  } catch (error) {
    if (!hungUp(error)) {
      throw error;
    }
  }
}

function hungUp(error: unknown) {
  return (
    isError(error) &&
    ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(
      String(error.code),
    )
  );
}
