import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { KustomizeError } from '../KustomizeError';
import { FileSystem } from './FileSystem';

// A link that takes the place of a file between check and use is not followed,
// and opening a pipe does not wait.
const READ =
  constants.O_RDONLY |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);

/**
 * A directory on disk as the root `/`. Nothing outside of it can be read: not
 * by `..`, not by absolute paths, not by links.
 *
 * @public
 */
export class DirectoryFileSystem implements FileSystem {
  private readonly root: string;
  /** The root and a separator. */
  private readonly prefix: string;
  private readonly maxFileSize: number;

  constructor(options: {
    root: string;
    /** Largest file in bytes, default 64 MiB. */
    maxFileSize?: number;
  }) {
    this.root = realpathSync.native(options.root);
    this.prefix = this.root.endsWith(sep) ? this.root : this.root + sep;
    this.maxFileSize = options.maxFileSize ?? 64 * 1024 * 1024;
  }

  resolve(path: string) {
    const real = this.realPath(path);
    const stat = real && statSync(real, { throwIfNoEntry: false });
    if (!stat) {
      return undefined;
    }
    const inside = real.slice(this.prefix.length);
    const virtual = `/${sep === '/' ? inside : inside.replaceAll(sep, '/')}`;
    if (stat.isDirectory()) {
      return { path: virtual, kind: 'directory' as const };
    }
    // Sockets, devices and pipes are not files to a build.
    return stat.isFile() ? { path: virtual, kind: 'file' as const } : undefined;
  }

  /** Where a path leads to; undefined where nothing is, or outside the root. */
  private realPath(path: string): string | undefined {
    let real: string;
    try {
      real = realpathSync.native(join(this.root, path));
    } catch {
      return undefined;
    }
    return real === this.root || real.startsWith(this.prefix)
      ? real
      : undefined;
  }

  readFile(path: string): Uint8Array {
    const real = this.realPath(path);
    const fail = (
      code: 'not-found' | 'limit',
      problem: string,
      cause?: unknown,
    ): never => {
      throw new KustomizeError({ code, problem, file: path, cause });
    };
    if (real === undefined) {
      return fail('not-found', 'no such file');
    }
    let file: number;
    try {
      file = openSync(real, READ);
    } catch (error) {
      return fail('not-found', 'the file cannot be read', error);
    }
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) {
        return fail('not-found', 'no such file');
      }
      if (stat.size > this.maxFileSize) {
        return fail('limit', 'the file is too large');
      }
      return readWhole(file, stat.size);
    } finally {
      closeSync(file);
    }
  }
}

/** As many bytes as the file had when it was opened; it may grow meanwhile. */
function readWhole(file: number, size: number): Uint8Array {
  const content = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const read = readSync(file, content, length, size - length, null);
    if (read === 0) {
      break;
    }
    length += read;
  }
  return content.subarray(0, length);
}
