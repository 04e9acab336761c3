import { CustomErrorBase } from '@backstage/errors';
import {
  Artifact,
  GitopsKind,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { Readable } from 'node:stream';
import { ConnectionGuard, HttpConnections } from './net';

/**
 * Names an object of a home.
 *
 * @public
 */
export interface SourceReference {
  kind: string;
  namespace: string;
  name: string;
}

/**
 * What a fetcher may read of the home that its object lives in. Everything is
 * read as it is now, nothing is cached.
 *
 * @public
 */
export interface SourceHome {
  readonly name: string;
  /**
   * Reads an object of the fetcher's own namespace, such as a Secret, or any
   * other where the portal allows references across namespaces.
   *
   * @returns undefined where there is none
   */
  get<T extends object>(reference: {
    apiVersion: string;
    kind: string;
    name: string;
  }): Promise<T | undefined>;
  /** Lists objects of the namespace. */
  list<T extends object>(reference: {
    apiVersion: string;
    kind: string;
  }): Promise<T[]>;
  /**
   * A token of a ServiceAccount of the namespace, for clouds that trust the
   * cluster.
   */
  serviceAccountToken(
    name: string,
    audiences: readonly string[],
  ): Promise<string>;
}

/**
 * Bounds of one fetch.
 *
 * @public
 */
export interface FetchLimits {
  /** Bytes of what is fetched, and of the artifact. */
  bytes: number;
  /** Files of an artifact. */
  files: number;
}

/**
 * One look of a {@link SourceFetcher} at its object's source.
 *
 * @public
 */
export interface FetchContext<T extends GitopsObject = GitopsObject> {
  readonly object: T;
  readonly namespace: string;
  readonly home: SourceHome;
  /** The artifact that is stored, and still is in the store. */
  readonly artifact: Artifact | undefined;
  /** Whether the object changed since its source was fetched last. */
  readonly generationChanged: boolean;
  /** Status of a condition before this run, such as of SourceVerified. */
  conditionStatus(type: string): 'True' | 'False' | 'Unknown' | undefined;
  readonly connections: HttpConnections;
  readonly guard: ConnectionGuard;
  readonly limits: FetchLimits;
  /** Fires after `spec.timeout` and when the run must end. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A directory for this fetch alone; it is deleted afterwards. */
  directory(): Promise<string>;
  /** The files of another source's artifact, verified against its digest. */
  openArtifact(artifact: Artifact): Promise<Readable>;
  /**
   * Signatures hold; told before the result, so that it is seen also where what
   * follows fails. `false` takes the condition away: nothing is verified.
   */
  verified(message: string | false): void;
  /**
   * Signatures do not hold, or there are none: SourceVerified becomes False,
   * whichever other condition tells of the failure.
   */
  unverified(message: string): void;
  /** Fields of the status that are so whatever becomes of the fetch. */
  observe(status: Partial<NonNullable<T['status']>>): void;
  /** Shows that something new is being made: `building artifact: …`. */
  building(what: {
    /** Default NewRevision. */
    reason?: string;
    message: string;
  }): Promise<void>;
}

/**
 * What a fetcher found.
 *
 * @public
 */
export type Fetched<T extends GitopsObject = GitopsObject> =
  UnchangedSource<T> | NewSource<T>;

/**
 * What every result says.
 *
 * @public
 */
export interface SourceFinding<T extends GitopsObject> {
  /** In the kind's format. */
  revision: string;
  /** Message of ArtifactInStorage and so of Ready. */
  stored: { reason?: string; message: string };
  /** Fields of the status that say what was fetched; undefined removes one. */
  observed?: Partial<NonNullable<T['status']>>;
}

/**
 * The stored artifact is what would be made.
 *
 * @public
 */
export interface UnchangedSource<
  T extends GitopsObject,
> extends SourceFinding<T> {
  type: 'unchanged';
}

/**
 * An artifact to be stored.
 *
 * @public
 */
export interface NewSource<T extends GitopsObject> extends SourceFinding<T> {
  type: 'new';
  /** Last part of `status.artifact.path`. */
  fileName: string;
  /** The bytes of the artifact; called once. */
  content(): Readable;
  /** `status.artifact.metadata` */
  metadata?: Record<string, string>;
  /** Who made the revision, where that is known. */
  commit?: { message: string; author: string; time: number };
  /** The event that tells of the new artifact. */
  event: { reason?: string; message: string };
  /** Called after the content was read, or will not be. */
  dispose?(): Promise<void>;
}

/**
 * How the next attempt comes about: by itself, ever later; after a while, because
 * something else has to happen first; or only when the object changes.
 *
 * @public
 */
export type FetchRetry = 'backoff' | 'wait' | 'stall';

/**
 * A fetch that failed, with the words of the kind.
 *
 * @public
 */
export class SourceFetchError extends CustomErrorBase {
  readonly name = 'SourceFetchError';
  readonly code = 'GITOPS_SOURCE_FETCH';
  readonly reason: string;
  /** The condition that says it; SourceVerified becomes False, others True. */
  readonly condition: string;
  readonly retry: FetchRetry;

  constructor(
    message: string,
    options: {
      reason: string;
      /** Default FetchFailed. */
      condition?: string;
      /** Default `backoff`. */
      retry?: FetchRetry;
      cause?: unknown;
    },
  ) {
    super(message, options.cause);
    this.reason = options.reason;
    this.condition = options.condition ?? 'FetchFailed';
    this.retry = options.retry ?? 'backoff';
  }
}

/**
 * Fetches one kind of source, or some objects of a kind. What all sources have in
 * common (conditions, events, storing, letting go of old artifacts, retries) is
 * done around it. It keeps no state: any process may take the next run.
 *
 * @public
 */
export interface SourceFetcher<T extends GitopsObject = GitopsObject> {
  readonly kind: GitopsKind;

  /** Whether it fetches this object; default: every object of the kind. */
  handles?(object: T): boolean;

  /** Nothing is ever fetched for this object; others read it as it is. */
  isStatic?(object: T): boolean;

  /** Sources that it makes its artifact of; it runs again when they have a new one. */
  references?(object: T): SourceReference[];

  /** Whether `status.url` names the artifact too. Default no. */
  readonly hasUrl?: boolean;

  /** Bound of a fetch, for kinds without `spec.timeout`. A Go duration, default 60s. */
  readonly timeout?: string;

  /**
   * Looks at the source, and fetches what is new.
   *
   * @throws {@link SourceFetchError}; anything else counts as a failed fetch
   */
  fetch(context: FetchContext<T>): Promise<Fetched<T>>;
}
