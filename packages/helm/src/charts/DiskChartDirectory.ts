import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  Stats,
  statSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { ChartError } from './ChartError';
import { ChartDirectory, ChartDirectoryEntry } from './loadChartDirectory';

// A link that takes the place of a file between check and use is not followed,
// and opening a pipe does not wait.
const READ =
  constants.O_RDONLY |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);

/**
 * A chart's directory on disk. Links are followed, as Helm follows them, but
 * only to what is below `root`, and not to a directory that they are in.
 *
 * @public
 */
export class DiskChartDirectory implements ChartDirectory {
  private readonly directory: string;
  private readonly root: string;

  constructor(options: {
    directory: string;
    /** Where links may lead to, such as a repository. Default: `directory`. */
    root?: string;
  }) {
    this.directory = realpathSync.native(options.directory);
    this.root = realpathSync.native(options.root ?? options.directory);
  }

  list(path: string): ChartDirectoryEntry[] {
    const real = this.resolve(path);
    return readdirSync(real).map(name => {
      const child = path === '' ? name : `${path}/${name}`;
      const target = this.resolve(child);
      const stat = statSync(target);
      if (stat.isDirectory() && isWithin(real, target)) {
        throw new ChartError(
          'outside-root',
          `the link ${show(child)} leads to a directory that it is in`,
          { file: child },
        );
      }
      return { name, kind: kindOf(stat), size: stat.size };
    });
  }

  read(path: string): Uint8Array {
    const file = openSync(this.resolve(path), READ);
    try {
      if (!fstatSync(file).isFile()) {
        throw new ChartError('unsupported-entry', `${show(path)} is no file`, {
          file: path,
        });
      }
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** Where a path leads to. */
  private resolve(path: string): string {
    let real: string;
    try {
      real = realpathSync.native(join(this.directory, path));
    } catch (error) {
      throw new ChartError(
        'outside-root',
        `${show(path)} leads nowhere, or cannot be read`,
        { file: path, cause: error },
      );
    }
    if (!isWithin(real, this.root) && !isWithin(real, this.directory)) {
      throw new ChartError(
        'outside-root',
        `the link ${show(path)} leaves the directory`,
        { file: path },
      );
    }
    return real;
  }
}

function isWithin(path: string, directory: string): boolean {
  return (
    path === directory ||
    path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
  );
}

function kindOf(stat: Stats): ChartDirectoryEntry['kind'] {
  if (stat.isDirectory()) {
    return 'directory';
  }
  return stat.isFile() ? 'file' : 'other';
}

function show(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}
