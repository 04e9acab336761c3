import { KustomizeError } from '../KustomizeError';
import { FileSystem } from './FileSystem';
import { isWithin, joinPath } from './paths';

/**
 * What a file of a kustomization may refer to: only files in or below its own
 * directory (`rootOnly`, kustomize's default), or any file of the file system
 * (`none`).
 *
 * @public
 */
export type LoadRestrictions = 'rootOnly' | 'none';

const REMOTE =
  /^(?:[a-z][a-z0-9+.-]*:\/\/|git::|gh:|git@|[\w.-]+@[\w.-]+:|(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)[/:])/i;

/** True for what kustomize would fetch: a URL or a Git address. */
export function isRemote(path: string): boolean {
  return REMOTE.test(path) || /\.git(?:[/?]|$)/.test(path);
}

/**
 * Reads files relative to one kustomization's directory. A chain of loaders
 * (directory → referrer) detects cycles.
 */
export class Loader {
  private constructor(
    private readonly fileSystem: FileSystem,
    readonly root: string,
    private readonly restrictions: LoadRestrictions,
    private readonly referrer: Loader | undefined,
  ) {}

  static create(
    fileSystem: FileSystem,
    path: string,
    restrictions: LoadRestrictions,
  ): Loader {
    if (isRemote(path)) {
      throw remote(path);
    }
    const root = directoryAt(fileSystem, joinPath('/', path), path);
    return new Loader(fileSystem, root, restrictions, undefined);
  }

  /** A loader for a directory that this one's kustomization names. */
  descend(path: string): Loader {
    if (path === '') {
      throw new KustomizeError({
        code: 'invalid-kustomization',
        problem: 'a directory has an empty path',
      });
    }
    if (isRemote(path)) {
      throw remote(path);
    }
    if (path.startsWith('/')) {
      throw new KustomizeError({
        code: 'outside-root',
        problem: 'the path of a directory is absolute',
        file: path,
        hint: 'write it relative to the kustomization file',
      });
    }
    const ambiguous = path
      .split('/')
      .some(part => part.includes('..') && part !== '..');
    if (ambiguous) {
      throw new KustomizeError({
        code: 'invalid-kustomization',
        problem: 'a path is ambiguous',
        file: path,
        hint: 'check the indentation of the kustomization file',
      });
    }
    const root = directoryAt(this.fileSystem, joinPath(this.root, path), path);
    this.refuseCycle(root, path);
    return new Loader(this.fileSystem, root, this.restrictions, this);
  }

  private refuseCycle(root: string, path: string): void {
    if (isWithin(this.root, root)) {
      throw new KustomizeError({
        code: 'cycle',
        problem: `the directory ${root} contains ${this.root}, which refers to it`,
        file: path,
      });
    }
    this.referrer?.refuseCycle(root, path);
  }

  /** The text of a file; invalid UTF-8 is replaced. */
  loadText(path: string): string {
    return Buffer.from(this.load(path)).toString('utf8');
  }

  load(path: string): Uint8Array {
    if (/^https?:\/\//.test(path)) {
      throw remote(path);
    }
    const absolute = joinPath(this.root, path);
    const found = this.fileSystem.resolve(absolute);
    if (!found) {
      throw new KustomizeError({
        code: 'not-found',
        problem: 'no such file or directory',
        file: path,
      });
    }
    if (found.kind !== 'file') {
      throw new KustomizeError({
        code: 'not-a-file',
        problem: 'a directory stands where a file is expected',
        file: path,
      });
    }
    if (this.restrictions === 'rootOnly' && !isWithin(found.path, this.root)) {
      throw new KustomizeError({
        code: 'outside-root',
        problem: `the file is not in or below ${this.root}`,
        file: path,
        hint: 'move it, or allow it with the load restrictions',
      });
    }
    return this.fileSystem.readFile(found.path);
  }

  /** True where `load` would find a file. */
  hasFile(path: string): boolean {
    return this.fileSystem.resolve(joinPath(this.root, path))?.kind === 'file';
  }
}

function directoryAt(
  fileSystem: FileSystem,
  absolute: string,
  path: string,
): string {
  const found = fileSystem.resolve(absolute);
  if (!found) {
    throw new KustomizeError({
      code: 'not-found',
      problem: 'no such file or directory',
      file: path,
    });
  }
  if (found.kind !== 'directory') {
    throw new KustomizeError({
      code: 'not-a-directory',
      problem: 'a file stands where a directory is expected',
      file: path,
    });
  }
  return found.path;
}

function remote(path: string): KustomizeError {
  // A URL may carry a password; only its host part is of use here.
  const shown = path.replace(/\/\/[^/@]*@/, '//').split('?')[0];
  return new KustomizeError({
    code: 'remote',
    problem: 'remote files and bases are not fetched',
    file: shown,
    hint: 'copy it into the source, or give the build a loader',
  });
}
