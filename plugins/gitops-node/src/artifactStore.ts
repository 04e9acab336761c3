import { Readable } from 'node:stream';

/**
 * A blob in the store.
 *
 * @public
 */
export interface StoredArtifact {
  /** `sha256:<64 hex digits>` of the bytes. */
  digest: string;
  /** Bytes. */
  size: number;
}

/**
 * A blob as {@link ArtifactStore.list} reports it.
 *
 * @public
 */
export interface ListedArtifact extends StoredArtifact {
  /** When the blob was written last. */
  storedAt: Date;
}

/**
 * Options of {@link ArtifactStore.put}.
 *
 * @public
 */
export interface PutArtifactOptions {
  /** Refuse more than this many bytes; nothing is kept then. */
  maxSize?: number;
  signal?: AbortSignal;
}

/**
 * Blobs by their content: written once, found by digest, verified at each read.
 * Two writers of the same bytes are no conflict. Which object an artifact
 * belongs to is not known here; that index is in the plugin's database.
 *
 * @public
 */
export interface ArtifactStore {
  /**
   * Stores bytes. They become visible under their digest as a whole or not at
   * all. Storing bytes that are there already only refreshes `storedAt`.
   *
   * @throws {@link ArtifactTooLargeError}
   */
  put(
    content: Readable | Uint8Array,
    options?: PutArtifactOptions,
  ): Promise<StoredArtifact>;

  /**
   * Opens a blob. The digest is computed while it is read: the stream ends with
   * {@link ArtifactCorruptError} in place of its end if the bytes are not what
   * they should be, so that a reader never takes damaged content for whole.
   *
   * @throws {@link ArtifactNotFoundError}
   */
  open(digest: string, options?: { signal?: AbortSignal }): Promise<Readable>;

  /** The blob's size, or `undefined` where there is none; does not read it. */
  has(digest: string): Promise<StoredArtifact | undefined>;

  /** Deletes a blob; one that is not there is as good as deleted. */
  delete(digest: string): Promise<void>;

  /** All blobs, in no particular order; for garbage collection. */
  list(): AsyncIterable<ListedArtifact>;

  /**
   * Deletes what writes left behind that began before a moment and never ended;
   * for stores that may hold such.
   */
  sweep?(options: { before: Date }): Promise<void>;
}

/**
 * No blob has this digest.
 *
 * @public
 */
export class ArtifactNotFoundError extends Error {
  readonly code = 'GITOPS_ARTIFACT_NOT_FOUND';
  constructor(readonly digest: string) {
    super(
      `no artifact ${digest} in the store: it was collected as garbage or never written here; reconcile its source to make it again`,
    );
    this.name = 'ArtifactNotFoundError';
  }
}

/**
 * The bytes of a blob are not those of its digest.
 *
 * @public
 */
export class ArtifactCorruptError extends Error {
  readonly code = 'GITOPS_ARTIFACT_CORRUPT';
  constructor(
    readonly digest: string,
    readonly actual: string,
  ) {
    super(
      `artifact ${digest} is damaged in the store, its bytes have digest ${actual}; reconcile its source to make it again`,
    );
    this.name = 'ArtifactCorruptError';
  }
}

/**
 * The content is larger than allowed.
 *
 * @public
 */
export class ArtifactTooLargeError extends Error {
  readonly code = 'GITOPS_ARTIFACT_TOO_LARGE';
  constructor(readonly maxSize: number) {
    super(
      `the artifact is larger than the ${maxSize} bytes that are allowed; leave files out with spec.ignore or raise the limit`,
    );
    this.name = 'ArtifactTooLargeError';
  }
}
