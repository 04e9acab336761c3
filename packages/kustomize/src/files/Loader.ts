import { Budget } from '../Budget';
import { KustomizeError } from '../KustomizeError';
import { Schemas } from '../schemas/Schemas';
import { FileSystem } from './FileSystem';
import { RemoteDirectory, RemoteLoader } from './RemoteLoader';
import { isWithin, joinPath } from './paths';
import { isRemote, isRemoteFile } from './remoteAddress';

/**
 * What a file of a kustomization may refer to: only files in or below its own
 * directory (`rootOnly`, kustomize's default), or any file of the file system
 * (`none`).
 *
 * @public
 */
export type LoadRestrictions = 'rootOnly' | 'none';

/** What the loaders of a build share. */
export interface LoaderContext {
  readonly restrictions: LoadRestrictions;
  readonly schemas: Schemas;
  readonly budget: Budget;
  readonly remote?: RemoteLoader;
}

/**
 * Reads files relative to one kustomization's directory. A chain of loaders
 * (directory → referrer) detects cycles.
 */
export class Loader {
  private constructor(
    private readonly fileSystem: FileSystem,
    readonly root: string,
    private readonly context: LoaderContext,
    private readonly referrer: Loader | undefined,
    /** What was fetched, where this is not a directory of the caller's. */
    readonly fetched?: RemoteDirectory & { address: string },
  ) {}

  static create(
    fileSystem: FileSystem,
    path: string,
    context: LoaderContext,
  ): Loader {
    if (isRemote(path)) {
      return fetchDirectory(path, context, undefined);
    }
    const root = directoryAt(fileSystem, joinPath('/', path), path);
    return new Loader(fileSystem, root, context, undefined);
  }

  get schemas(): Schemas {
    return this.context.schemas;
  }

  get budget(): Budget {
    return this.context.budget;
  }

  /** Makes the loader of a directory that was fetched. */
  static at(
    fetched: RemoteDirectory & { address: string },
    context: LoaderContext,
    referrer: Loader | undefined,
  ): Loader {
    const { fileSystem, path, address } = fetched;
    const root = directoryAt(fileSystem, joinPath('/', path), address);
    // What is fetched may never refer to files outside of its directories.
    const closed = { ...context, restrictions: 'rootOnly' as const };
    return new Loader(fileSystem, root, closed, referrer, fetched);
  }

  /** A loader for a directory that this one's kustomization names. */
  descend(path: string): Loader {
    this.budget.takeDirectory(path);
    if (path === '') {
      throw new KustomizeError({
        code: 'invalid-kustomization',
        problem: 'a directory has an empty path',
      });
    }
    if (isRemote(path)) {
      this.refuseFetchedCycle(path);
      return fetchDirectory(path, this.context, this);
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
    return new Loader(this.fileSystem, root, this.context, this);
  }

  private refuseFetchedCycle(address: string): void {
    if (this.fetched?.address === address) {
      throw new KustomizeError({
        code: 'cycle',
        problem: 'a repository refers to itself',
        file: withoutSecrets(address),
      });
    }
    this.referrer?.refuseFetchedCycle(address);
  }

  private refuseCycle(root: string, path: string): void {
    if (isWithin(this.root, root)) {
      throw new KustomizeError({
        code: 'cycle',
        problem: `the directory ${root} contains ${this.root}, which refers to it`,
        file: path,
      });
    }
    // The directories of who fetched this are in another file system.
    if (!this.fetched) {
      this.referrer?.refuseCycle(root, path);
    }
  }

  /** The text of a file; invalid UTF-8 is replaced. */
  loadText(path: string): string {
    return Buffer.from(this.load(path)).toString('utf8');
  }

  load(path: string): Uint8Array {
    if (isRemoteFile(path)) {
      return this.fetchFile(path);
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
    if (
      this.context.restrictions === 'rootOnly' &&
      !isWithin(found.path, this.root)
    ) {
      throw new KustomizeError({
        code: 'outside-root',
        problem: `the file is not in or below ${this.root}`,
        file: path,
        hint: 'move it, or allow it with the load restrictions',
      });
    }
    const content = this.fileSystem.readFile(found.path);
    this.budget.takeFile(content.length, path);
    return content;
  }

  private fetchFile(url: string): Uint8Array {
    const { remote } = this.context;
    if (!remote) {
      throw notFetched(url);
    }
    const content = remote.loadFile(url);
    if (content === undefined) {
      throw new KustomizeError({
        code: 'not-a-file',
        problem: 'the URL is not one of a file',
        file: withoutSecrets(url),
      });
    }
    this.budget.takeFile(content.length, withoutSecrets(url));
    return content;
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

function fetchDirectory(
  address: string,
  context: LoaderContext,
  referrer: Loader | undefined,
): Loader {
  if (!context.remote) {
    throw notFetched(address);
  }
  const found = context.remote.loadDirectory(address);
  if (!found) {
    throw new KustomizeError({
      code: 'not-found',
      problem: 'no such remote directory',
      file: withoutSecrets(address),
    });
  }
  return Loader.at({ ...found, address }, context, referrer);
}

/** A URL may carry a password; only its host and path are of use here. */
function withoutSecrets(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//').split('?')[0];
}

function notFetched(address: string): KustomizeError {
  return new KustomizeError({
    code: 'remote',
    problem: 'remote files and bases are not fetched',
    file: withoutSecrets(address),
    hint: 'copy it into the source, or give the build a loader',
  });
}
