import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { KustomizeError } from '../KustomizeError';
import { FileSystem } from './FileSystem';

/**
 * A directory on disk as the root `/`. Nothing outside of it can be read: not
 * by `..`, not by absolute paths, not by links.
 *
 * @public
 */
export class DirectoryFileSystem implements FileSystem {
  private readonly root: string;
  private readonly maxFileSize: number;

  constructor(options: {
    root: string;
    /** Largest file in bytes, default 64 MiB. */
    maxFileSize?: number;
  }) {
    this.root = realpathSync(options.root);
    this.maxFileSize = options.maxFileSize ?? 64 * 1024 * 1024;
  }

  resolve(path: string) {
    let real: string;
    try {
      real = realpathSync(join(this.root, path));
    } catch {
      return undefined;
    }
    const prefix = this.root.endsWith(sep) ? this.root : this.root + sep;
    if (real !== this.root && !real.startsWith(prefix)) {
      return undefined;
    }
    const stat = statSync(real);
    const virtual = `/${relative(this.root, real).split(sep).join('/')}`;
    if (stat.isDirectory()) {
      return { path: virtual, kind: 'directory' as const };
    }
    // Sockets, devices and pipes are not files to a build.
    return stat.isFile() ? { path: virtual, kind: 'file' as const } : undefined;
  }

  readFile(path: string): Uint8Array {
    const resolved = this.resolve(path);
    if (resolved?.kind !== 'file') {
      throw new KustomizeError({
        code: 'not-found',
        problem: 'no such file',
        file: path,
      });
    }
    const real = join(this.root, resolved.path);
    if (statSync(real).size > this.maxFileSize) {
      throw new KustomizeError({
        code: 'not-a-file',
        problem: 'the file is too large',
        file: path,
      });
    }
    return readFileSync(real);
  }
}
