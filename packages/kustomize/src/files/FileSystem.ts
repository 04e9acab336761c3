/**
 * What a build reads. Paths are absolute, with `/` between names and without
 * `.` or `..`; the root `/` is whatever the implementation makes it.
 *
 * Synchronous on purpose: a build is pure computation over an artifact that
 * is already local, it runs in a worker of its own, and half of its reads
 * decide what is read next.
 *
 * @public
 */
export interface FileSystem {
  /**
   * Follows links. Returns where the path leads to, and what is there;
   * `undefined` where nothing is, or where the link leaves the root.
   */
  resolve(
    path: string,
  ): { path: string; kind: 'file' | 'directory' } | undefined;

  /** The content of a file, at a path that `resolve` returned. */
  readFile(path: string): Uint8Array;
}
