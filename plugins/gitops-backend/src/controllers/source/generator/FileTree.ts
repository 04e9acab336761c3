import { Readable } from 'node:stream';
import { comparePaths } from '../../../artifacts/comparePaths';
import { compileName } from './glob';

/** A file of a source or of an artifact that is being made. */
export interface TreeFile {
  executable: boolean;
  /** Bytes. */
  size: number;
  read(): Promise<Buffer>;
  open(): Readable;
}

/** A path that something else is in the way of. */
export class TreeConflictError extends Error {
  readonly code = 'GITOPS_TREE_CONFLICT';

  constructor(path: string, problem: string) {
    super(`'${path}': ${problem}`);
    this.name = 'TreeConflictError';
  }
}

/**
 * Files by their paths, and the folders that these are in. No name is ever one on
 * disk, so that nothing can be written or read outside.
 */
export class FileTree {
  private readonly files = new Map<string, TreeFile>();
  /** Names in each folder; that of the root is empty. */
  private readonly folders = new Map<string, Set<string>>([['', new Set()]]);

  static of(files: Iterable<[string, TreeFile]>): FileTree {
    const tree = new FileTree();
    for (const [path, file] of files) {
      tree.set(path, file);
    }
    return tree;
  }

  get size(): number {
    return this.files.size;
  }

  file(path: string): TreeFile | undefined {
    return this.files.get(path);
  }

  isFolder(path: string): boolean {
    return this.folders.has(path);
  }

  /** Files in the order of a directory walk. */
  entries(): [string, TreeFile][] {
    return [...this.files].sort(([a], [b]) => comparePaths(a, b));
  }

  /** Paths of all folders but the root, in the order of a directory walk. */
  allFolders(): string[] {
    return [...this.folders.keys()]
      .filter(path => path !== '')
      .sort(comparePaths);
  }

  /** Files in a folder and below; the paths are those of the tree. */
  filesBelow(folder: string): [string, TreeFile][] {
    const prefix = folder === '' ? '' : `${folder}/`;
    return this.entries().filter(([path]) => path.startsWith(prefix));
  }

  /**
   * Puts a file, in place of one with its path.
   *
   * @throws TreeConflictError
   */
  set(path: string, file: TreeFile): void {
    if (this.folders.has(path)) {
      throw new TreeConflictError(path, 'is a directory');
    }
    let folder = '';
    const parts = path.split('/');
    for (const [depth, name] of parts.entries()) {
      if (this.files.has(folder)) {
        throw new TreeConflictError(folder, 'not a directory');
      }
      let names = this.folders.get(folder);
      if (!names) {
        names = new Set();
        this.folders.set(folder, names);
      }
      names.add(name);
      if (depth < parts.length - 1) {
        folder = folder === '' ? name : `${folder}/${name}`;
      }
    }
    this.files.set(path, file);
  }

  /**
   * Files and folders that a pattern of Go's `fs.Glob` matches: part by part, so
   * that `**` is no more than `*`. In lexical order.
   *
   * @throws PatternError
   */
  glob(pattern: string): string[] {
    let found = [''];
    // Go takes a dot for the root, but only right before what it has to match.
    const parts = pattern.replace(/^\.\/(?=[^/]*[*?[\\])/, '').split('/');
    for (const part of parts) {
      const matches = compileName(part);
      found = found.flatMap(folder =>
        [...(this.folders.get(folder) ?? [])]
          .filter(matches)
          .sort(comparePaths)
          .map(name => (folder === '' ? name : `${folder}/${name}`)),
      );
    }
    return found;
  }
}
