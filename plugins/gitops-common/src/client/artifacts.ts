import type { CommitDetail } from './types';

/**
 * An artifact of a source that is kept.
 *
 * @public
 */
export interface ArtifactRevision {
  revision: string;
  /** `sha256:<64 hex digits>` of the archive. */
  digest: string;
  /** Bytes. */
  size: number;
  updatedAt: string;
  commit?: CommitDetail;
  /** As in `status.artifact.metadata`. */
  metadata?: Record<string, string>;
  /** Whether it is the one that the object's status names. */
  current: boolean;
}

/**
 * Newest first.
 *
 * @public
 */
export interface ArtifactList {
  items: ArtifactRevision[];
}

/**
 * Which part of which artifact of an object.
 *
 * @public
 */
export interface ArtifactQuery {
  /** With slashes, none at the beginning or end. Default the root. */
  path?: string;
  /** Default that of the current artifact. */
  digest?: string;
}

/** @public */
export interface ArtifactFolderQuery extends ArtifactQuery {
  /** 1 to 1000, default 200. */
  limit?: number;
  cursor?: string;
}

/** @public */
export interface ArtifactEntry {
  name: string;
  type: 'file' | 'folder';
  /** Bytes; of a folder, those of all files below it. */
  size: number;
  executable?: true;
}

/**
 * A page of what is in a folder: folders first, each part by name.
 *
 * @public
 */
export interface ArtifactFolder {
  revision: string;
  digest: string;
  /** Empty for the root. */
  path: string;
  totalItems: number;
  items: ArtifactEntry[];
  pageInfo: { nextCursor?: string };
}

/** @public */
export interface ArtifactFile {
  revision: string;
  digest: string;
  path: string;
  /** Bytes. */
  size: number;
  executable?: true;
  /** Where it can be shown. */
  text?: string;
  /** Values of Secrets are not in the text. */
  masked?: true;
  /** Why there is no text. */
  omitted?: 'binary' | 'too-large' | 'unreadable-secret';
}
