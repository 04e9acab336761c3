import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isError } from '@backstage/errors';
import { Request, Response } from 'express';
import {
  ArtifactStore,
  StoredArtifact,
} from '@backstage-gitops/plugin-gitops-node';

/** Gives a part of what it reads, and the end of that once all was read. */
class Excerpt extends Transform {
  private position = 0;
  private held: Buffer | undefined;

  constructor(
    private readonly first: number,
    private readonly beyond: number,
  ) {
    super();
  }

  override _transform(
    chunk: Buffer,
    _: BufferEncoding,
    callback: (error: null, part?: Buffer) => void,
  ): void {
    const from = Math.max(this.first - this.position, 0);
    const to = Math.min(this.beyond - this.position, chunk.length);
    this.position += chunk.length;
    if (from >= to) {
      callback(null);
      return;
    }
    const before = this.held;
    this.held = chunk.subarray(from, to);
    callback(null, before);
  }

  override _flush(callback: (error: null, part?: Buffer) => void): void {
    callback(null, this.held);
  }
}

/**
 * Answers with an artifact, or with the range of it that the request names (one
 * range; several are answered by the whole, as RFC 9110 allows). The last piece
 * is sent once the digest of all bytes was found right, also of a range: of a
 * damaged artifact nobody ever receives a whole answer.
 */
export async function sendArtifact(
  request: Request,
  response: Response,
  options: { store: ArtifactStore; artifact: StoredArtifact; name?: string },
): Promise<void> {
  const { store, name } = options;
  const { digest, size } = options.artifact;
  const etag = `"${digest}"`;
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', 'private, immutable, max-age=3600');
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  const range = rangeOf(request, { etag, size });
  if (range === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${size}`);
    response.removeHeader('Cache-Control');
    response.status(416).end();
    return;
  }
  if (name) {
    response.attachment(name);
  }
  response.setHeader('Content-Type', 'application/gzip');
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range) {
    response.status(206);
    response.setHeader('Content-Range', `bytes ${start}-${end}/${size}`);
  }
  response.setHeader('Content-Length', end - start + 1);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await send(await store.open(digest), new Excerpt(start, end + 1), response);
}

function rangeOf(
  request: Request,
  artifact: { etag: string; size: number },
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const onlyIf = request.get('if-range');
  if (onlyIf !== undefined && onlyIf !== artifact.etag) {
    return undefined;
  }
  const ranges = request.range(artifact.size, { combine: true });
  if (ranges === -1) {
    return 'unsatisfiable';
  }
  return Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1
    ? ranges[0]
    : undefined;
}

/**
 * A client may hang up when it likes, even after the last byte and before the
 * answer has ended: that is no error of ours.
 */
async function send(
  archive: Readable,
  excerpt: Excerpt,
  response: Response,
): Promise<void> {
  try {
    await pipeline(archive, excerpt, response);
  } catch (error) {
    if (!hungUp(error)) {
      throw error;
    }
  }
}

function hungUp(error: unknown): boolean {
  return (
    isError(error) &&
    ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(
      String(error.code),
    )
  );
}
