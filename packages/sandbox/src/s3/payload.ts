import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { ParsedRequest } from './s3Request';
import { header } from './s3Request';
import { S3Error } from './s3Error';
import type { Signature } from './signature';
import { chunkSignature, same } from './signature';

const MAX_LINE = 4096;
const MAX_CHUNK = 64 * 1024 * 1024;

/**
 * The bytes of a request's body: `aws-chunked` is taken apart, the length, the
 * hash, checksums and the signatures of chunks are checked at the end.
 */
export async function* readPayload(
  request: ParsedRequest,
  signature: Signature | undefined,
): AsyncGenerator<Buffer> {
  const payload = signature?.payload ?? header(request, 'x-amz-content-sha256');
  const trailers: Record<string, string> = {};
  const source = payload?.startsWith('STREAMING-')
    ? readChunks(request.body, {
        trailers,
        signature: payload.startsWith('STREAMING-AWS4-HMAC-SHA256')
          ? signature
          : undefined,
      })
    : (request.body as AsyncIterable<Buffer>);
  const hashes = {
    md5: createHash('md5'),
    sha1: createHash('sha1'),
    sha256: createHash('sha256'),
  };
  let crc = 0;
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    for (const hash of Object.values(hashes)) hash.update(chunk);
    crc = crc32(chunk, crc);
    yield chunk;
  }
  const length =
    header(request, 'x-amz-decoded-content-length') ??
    (payload?.startsWith('STREAMING-')
      ? undefined
      : header(request, 'content-length'));
  if (length !== undefined && Number(length) !== size) {
    throw new S3Error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    );
  }
  const sha256 = hashes.sha256.digest();
  if (
    /^[0-9a-f]{64}$/.test(payload ?? '') &&
    payload !== sha256.toString('hex')
  ) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const crcBytes = Buffer.alloc(4);
  crcBytes.writeUInt32BE(crc);
  const wanted: [string, Buffer][] = [
    ['content-md5', hashes.md5.digest()],
    ['x-amz-checksum-sha1', hashes.sha1.digest()],
    ['x-amz-checksum-sha256', sha256],
    ['x-amz-checksum-crc32', crcBytes],
  ];
  for (const [name, actual] of wanted) {
    const stated = header(request, name) ?? trailers[name];
    if (stated !== undefined && stated !== actual.toString('base64')) {
      throw new S3Error(
        'BadDigest',
        `The ${name} you specified did not match what we received.`,
      );
    }
  }
}

/** Reads lines and counted bytes of a body in turn. */
class LineReader {
  private readonly source: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(body: Readable) {
    this.source = body[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined) throw incomplete();
    return line;
  }

  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = this.rest.indexOf('\r\n');
      if (end >= 0) {
        const line = this.rest.subarray(0, end).toString('latin1');
        this.rest = this.rest.subarray(end + 2);
        return line;
      }
      if (this.rest.length > MAX_LINE) throw incomplete();
      if (!(await this.fill())) return undefined;
    }
  }

  async bytes(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let left = size;
    while (left > 0) {
      if (this.rest.length === 0 && !(await this.fill())) throw incomplete();
      const part = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(part.length);
      left -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  private async fill(): Promise<boolean> {
    const next = await this.source.next();
    if (next.done) return false;
    this.rest =
      this.rest.length === 0
        ? next.value
        : Buffer.concat([this.rest, next.value]);
    return true;
  }
}

/** `aws-chunked`: size in hex, maybe a signature, the bytes; then trailers. */
async function* readChunks(
  body: Readable,
  options: { signature?: Signature; trailers: Record<string, string> },
): AsyncGenerator<Buffer> {
  const reader = new LineReader(body);
  let previous = options.signature?.seed ?? '';
  for (;;) {
    const [digits, ...extensions] = (await reader.line()).split(';');
    const size = parseInt(digits, 16);
    if (!/^[0-9a-f]+$/i.test(digits) || size > MAX_CHUNK) {
      throw new S3Error(
        'InvalidArgument',
        'A chunk of the body has no good size.',
      );
    }
    const chunk = await reader.bytes(size);
    if (options.signature) {
      const expected = chunkSignature(options.signature, previous, chunk);
      const stated = extensions
        .find(extension => extension.startsWith('chunk-signature='))
        ?.slice('chunk-signature='.length);
      if (!same(expected, stated ?? '')) {
        throw new S3Error(
          'SignatureDoesNotMatch',
          'The signature of a chunk does not match.',
        );
      }
      previous = expected;
    }
    if (size === 0) break;
    yield chunk;
    await reader.line();
  }
  for (;;) {
    const line = await reader.lineOrEnd();
    if (!line) return;
    const colon = line.indexOf(':');
    options.trailers[line.slice(0, colon).toLowerCase()] = line
      .slice(colon + 1)
      .trim();
  }
}

function incomplete(): S3Error {
  return new S3Error(
    'IncompleteBody',
    'The body ends in the middle of a chunk.',
  );
}
