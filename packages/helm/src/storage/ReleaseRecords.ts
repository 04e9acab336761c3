import {
  systemClock,
  isNotFound,
  KubernetesApiError,
} from '@backstage-gitops/kubernetes-apply';
import type { Clock, ClusterClient } from '@backstage-gitops/kubernetes-apply';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  decodeRelease,
  encodeRelease,
  RECORD_TYPE,
  recordLabels,
  recordName,
  ReleaseError,
} from '../releases';
import type { RecordTime, Release } from '../releases';
import { StorageError } from './StorageError';

/**
 * What kind of object holds a record; Helm calls them storage drivers.
 *
 * @public
 */
export type RecordKind = 'Secret' | 'ConfigMap';

/**
 * A record that nobody can read any more. What its labels say is known.
 *
 * @public
 */
export interface UnreadableRecord {
  readonly version: number;
  readonly status: string;
  readonly error: ReleaseError;
}

/**
 * The revisions of a release, oldest first.
 *
 * @public
 */
export interface ReleaseHistory {
  readonly releases: readonly Release[];
  readonly unreadable: readonly UnreadableRecord[];
}

/** @public */
export interface ReleaseRecordsOptions {
  client: ClusterClient;
  /** Where the records are. */
  namespace: string;
  kind?: RecordKind;
  /** Packs a record, such as in a thread; default: {@link encodeRelease}. */
  encode?: (release: Release) => string | Promise<string>;
  clock?: Clock;
}

type RecordObject = KubernetesObject & { data?: { release?: string } };

/**
 * The records of releases in a namespace, each in an object of its own, as Helm
 * 4.2 stores them: found by their labels, so that Helm and this find the same.
 *
 * @public
 */
export class ReleaseRecords {
  readonly namespace: string;
  readonly #client: ClusterClient;
  readonly #kind: RecordKind;
  readonly #encode: NonNullable<ReleaseRecordsOptions['encode']>;
  readonly #clock: Clock;

  constructor(options: ReleaseRecordsOptions) {
    this.namespace = options.namespace;
    this.#client = options.client;
    this.#kind = options.kind ?? 'Secret';
    this.#encode = options.encode ?? encodeRelease;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * One revision; undefined where there is no record of it.
   *
   * @throws ReleaseError where it cannot be read
   */
  async get(
    release: Pick<Release, 'name' | 'version'>,
    options: { signal?: AbortSignal } = {},
  ): Promise<Release | undefined> {
    const object = await this.#client.get<RecordObject>(
      this.#refOf(release),
      options,
    );
    return object && this.#read(object);
  }

  /** All revisions of a release. Records that cannot be read end nothing. */
  async history(
    name: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<ReleaseHistory> {
    const { items } = await this.#client.list<RecordObject>({
      apiVersion: 'v1',
      kind: this.#kind,
      namespace: this.namespace,
      labelSelector: `name=${name},owner=helm`,
      ...options,
    });
    const releases: Release[] = [];
    const unreadable: UnreadableRecord[] = [];
    for (const item of items) {
      try {
        releases.push(this.#read(item));
      } catch (error) {
        if (!(error instanceof ReleaseError)) throw error;
        const { version, status = '' } = item.metadata.labels ?? {};
        unreadable.push({ version: Number(version), status, error });
      }
    }
    return {
      releases: releases.sort((a, b) => a.version - b.version),
      unreadable: unreadable.sort((a, b) => a.version - b.version),
    };
  }

  /**
   * The newest revision that can be read; undefined where there is none. What comes
   * before it is not read: it may be large.
   */
  async last(
    name: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<Release | undefined> {
    const { items } = await this.#client.list<KubernetesObject>({
      apiVersion: 'v1',
      kind: this.#kind,
      namespace: this.namespace,
      labelSelector: `name=${name},owner=helm`,
      metadataOnly: true,
      ...options,
    });
    const versions = items.map(({ metadata }) =>
      Number(metadata.labels?.version),
    );
    for (const version of versions.sort((a, b) => b - a)) {
      try {
        const release = await this.get({ name, version }, options);
        if (release) return release;
      } catch (error) {
        if (!(error instanceof ReleaseError)) throw error;
      }
    }
    return undefined;
  }

  /**
   * Stores a new revision. That no two can do so is what keeps two upgrades of
   * one release apart.
   *
   * @throws StorageError `exists`, `too-large`; ReleaseError
   */
  async create(
    release: Release,
    options: { signal?: AbortSignal } = {},
  ): Promise<void> {
    const createdAt = new Date(this.#clock.now());
    const object = await this.#objectOf(release, { createdAt });
    try {
      await this.#client.create(object, options);
    } catch (error) {
      if (isApiError(error) && error.code === 'already-exists') {
        throw new StorageError(
          'exists',
          `revision ${release.version} of the release ${release.name} exists already: somebody else installs or upgrades it at the same time`,
          { cause: error },
        );
      }
      throw explain(error, release);
    }
  }

  /**
   * Stores a revision that there is anew.
   *
   * @throws StorageError `not-found`, `too-large`; ReleaseError
   */
  async update(
    release: Release,
    options: { signal?: AbortSignal } = {},
  ): Promise<void> {
    const modifiedAt = new Date(this.#clock.now());
    const object = await this.#objectOf(release, { modifiedAt });
    try {
      await this.#client.replace(object, options);
    } catch (error) {
      if (isNotFound(error)) {
        throw new StorageError(
          'not-found',
          `there is no record of revision ${release.version} of the release ${release.name} any more`,
          { cause: error },
        );
      }
      throw explain(error, release);
    }
  }

  /** False where there was no record. */
  async delete(
    release: Pick<Release, 'name' | 'version'>,
    options: { signal?: AbortSignal } = {},
  ): Promise<boolean> {
    return this.#client.delete(this.#refOf(release), options);
  }

  #refOf(release: Pick<Release, 'name' | 'version'>) {
    return {
      apiVersion: 'v1',
      kind: this.#kind,
      namespace: this.namespace,
      name: recordName(release),
    };
  }

  #read({ metadata, data }: RecordObject): Release {
    const stored = data?.release ?? '';
    const encoded =
      this.#kind === 'Secret'
        ? Buffer.from(stored, 'base64').toString('latin1')
        : stored;
    const { labels } = metadata;
    return decodeRelease(encoded, { labels });
  }

  async #objectOf(release: Release, time: RecordTime): Promise<RecordObject> {
    const { kind, ...ref } = this.#refOf(release);
    const labels = recordLabels(release, time);
    const encoded = await this.#encode(release);
    const isSecret = kind === 'Secret';
    return {
      apiVersion: 'v1',
      kind,
      metadata: { name: ref.name, namespace: ref.namespace, labels },
      ...(isSecret && { type: RECORD_TYPE }),
      data: {
        release: isSecret
          ? Buffer.from(encoded, 'latin1').toString('base64')
          : encoded,
      },
    };
  }
}

function isApiError(error: unknown): error is KubernetesApiError {
  return error instanceof KubernetesApiError;
}

/** More than 1 MiB of data is invalid; etcd refuses what is larger than 1.5 MiB. */
function explain(error: unknown, release: Release): unknown {
  const isTooLarge =
    isApiError(error) &&
    (error.code === 'too-large' ||
      /Too long: |request is too large/.test(error.apiMessage));
  return isTooLarge
    ? new StorageError(
        'too-large',
        `revision ${release.version} of the release ${release.name} is too large to be stored: its chart, values and manifest have to fit into 1 MiB when packed; leave files out of the chart by .helmignore, or split it`,
        { cause: error },
      )
    : error;
}
