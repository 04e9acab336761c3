import { FileSystem } from './FileSystem';

/**
 * Fetches what a build refers to outside of its files. Without one, URLs are
 * refused. Synchronous as the build is: fetch beforehand, or where the build
 * runs in a worker of its own.
 *
 * @public
 */
export interface RemoteLoader {
  /**
   * The content of a file at an `http` or `https` URL; `undefined` where the
   * URL is not one of a file, which makes it be tried as a directory.
   */
  loadFile(url: string): Uint8Array | undefined;
  /**
   * A directory in a Git repository, by its address as kustomize takes it, such
   * as `https://example.com/org/repo//deploy?ref=v1`; `undefined` where there is
   * none. The build cannot leave the file system that is returned.
   */
  loadDirectory(address: string): RemoteDirectory | undefined;
}

/**
 * A directory that was fetched.
 *
 * @public
 */
export interface RemoteDirectory {
  readonly fileSystem: FileSystem;
  /** Where the directory is in the file system. */
  readonly path: string;
  /** For `originAnnotations`: the repository to clone. */
  readonly repository?: string;
  /** For `originAnnotations`: branch, tag or commit. */
  readonly reference?: string;
}
