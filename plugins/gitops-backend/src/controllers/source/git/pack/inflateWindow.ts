import { createInflate, Inflate, inflateSync } from 'node:zlib';
import { GitError } from '../GitError';
import { PackWindow } from './PackWindow';

/** Objects up to this size are unpacked in one go, without waiting for a thread. */
export const SMALL = 64 * 1_024;

/** Bytes given to a thread at once. */
const PIECE = 128 * 1_024;

/** The most that zlib makes of so many bytes. */
function packedAtMost(size: number): number {
  return size + Math.ceil(size / 1_000) + 64;
}

/**
 * Unpacks one small object from a stream and goes on behind it; undefined where
 * it is packed so badly that more of the stream is needed.
 *
 * @throws GitError `GIT_CORRUPT`
 */
export async function inflateSmall(
  window: PackWindow,
  size: number,
): Promise<Buffer | undefined> {
  await window.need(packedAtMost(size));
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    // What the types leave out: `info` also gives what was read of the input.
    result = inflateSync(window.peek(packedAtMost(size)), {
      info: true,
      chunkSize: Math.max(size + 16, 64),
      maxOutputLength: Math.max(size + 16, 64),
    }) as unknown as typeof result;
  } catch (error) {
    if ((error as { code?: string }).code === 'Z_BUF_ERROR') {
      return undefined;
    }
    throw brokenObject(window.position);
  }
  if (result.buffer.length !== size) {
    throw brokenObject(window.position);
  }
  window.take(result.engine.bytesWritten);
  return result.buffer;
}

/**
 * Unpacks one object of any size from a stream, in a thread of the pool, and
 * goes on behind it.
 *
 * @throws GitError `GIT_CORRUPT`
 */
export async function inflateLarge(
  window: PackWindow,
  size: number,
  onData: (chunk: Buffer) => void,
): Promise<void> {
  const start = window.position;
  const inflate = createInflate({ chunkSize: PIECE });
  let seen = 0;
  // What comes of a piece is read while it is unpacked, and the rest when it was.
  const drain = () => {
    for (
      let chunk = inflate.read() as Buffer | null;
      chunk !== null && seen <= size;
      chunk = inflate.read() as Buffer | null
    ) {
      seen += chunk.length;
      if (seen <= size) {
        onData(chunk);
      }
    }
    if (seen > size) {
      inflate.destroy();
    }
  };
  inflate.on('readable', drain);
  // Whoever writes learns of it; between two pieces nobody listens.
  inflate.on('error', () => {});
  let fed = 0;
  try {
    for (;;) {
      const available = Math.min(await window.need(PIECE), PIECE);
      if (available === 0) {
        throw brokenObject(start);
      }
      await write(inflate, window.peek(available), start);
      drain();
      fed += available;
      // It reads on for as long as the object goes on.
      const unread = fed - inflate.bytesWritten;
      window.take(available - unread);
      if (unread > 0 || seen > size) {
        break;
      }
    }
  } finally {
    inflate.destroy();
  }
  if (seen !== size) {
    throw brokenObject(start);
  }
}

function write(inflate: Inflate, piece: Buffer, start: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(brokenObject(start));
    // What is being unpacked then is not called back, and what was ended has no error.
    inflate.once('close', fail);
    inflate.write(piece, error => {
      inflate.off('close', fail);
      if (error) {
        fail();
      } else {
        resolve();
      }
    });
  });
}

export function brokenObject(position: number): GitError {
  return new GitError(
    'GIT_CORRUPT',
    `the pack that arrived is broken: the object at byte ${position} cannot be unpacked`,
  );
}
