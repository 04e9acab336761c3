import { TimeSlice } from '../../../../workers/TimeSlice';
import { GitError } from '../GitError';
import { PackFile } from '../pack/PackFile';
import { ObjectFormat } from './objectFormat';
import { LARGEST_TREE, parseTree, TreeEntry } from './parseTree';

/** An entry of a commit that is no directory. */
export interface WalkedEntry {
  /** From the root, with slashes. */
  path: string;
  kind: Exclude<TreeEntry['kind'], 'tree'>;
  oid: string;
}

const DEEPEST = 256;
/** Directories are entries, too, and may hold nothing. */
const ENTRIES_PER_FILE = 4;

/** Directories, or files, of which something is wanted. */
class Wanted {
  private readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.paths = paths.map(path => `${path}/`);
  }

  /** Whether a path is one of them, or lies in one. */
  holds(path: string): boolean {
    return this.paths.some(wanted => `${path}/`.startsWith(wanted));
  }

  /** Whether a directory is one of them, in one, or above one. */
  leadsTo(path: string): boolean {
    return (
      this.holds(path) ||
      this.paths.some(wanted => wanted.startsWith(`${path}/`))
    );
  }
}

/**
 * What lies below a directory, in the order of a directory walk.
 *
 * @throws GitError `GIT_CORRUPT`, `GIT_TOO_LARGE`
 */
export async function* walkTree(options: {
  pack: PackFile;
  format: ObjectFormat;
  tree: string;
  /** Paths that are read, with what is below them; undefined: all. */
  only?: readonly string[];
  maxFiles: number;
  signal: AbortSignal;
}): AsyncGenerator<WalkedEntry> {
  const { pack, format, maxFiles, signal } = options;
  const wanted = options.only && new Wanted(options.only);
  const slice = new TimeSlice();
  let entries = 0;
  let files = 0;
  async function* below(
    tree: string,
    parent: string,
    depth: number,
  ): AsyncGenerator<WalkedEntry> {
    signal.throwIfAborted();
    if (slice.isOver) {
      await slice.next();
    }
    if (depth > DEEPEST) {
      throw new GitError(
        'GIT_TOO_LARGE',
        `directories are nested deeper than ${DEEPEST}: ${parent.slice(0, 200)}`,
      );
    }
    const raw = await pack.read(tree, 'tree', LARGEST_TREE);
    for (const { name, kind, oid } of parseTree(raw, parent, format)) {
      const path = parent === '' ? name : `${parent}/${name}`;
      entries += 1;
      files += kind === 'tree' ? 0 : 1;
      if (files > maxFiles || entries > maxFiles * ENTRIES_PER_FILE) {
        throw new GitError(
          'GIT_TOO_LARGE',
          `the commit has more than the ${maxFiles} files that are allowed`,
        );
      }
      if (kind === 'tree') {
        if (!wanted || wanted.leadsTo(path)) {
          yield* below(oid, path, depth + 1);
        }
      } else if (
        !wanted ||
        wanted.holds(path) ||
        (kind === 'submodule' && wanted.leadsTo(path))
      ) {
        yield { path, kind, oid };
      }
    }
  }
  yield* below(options.tree, '', 1);
}
