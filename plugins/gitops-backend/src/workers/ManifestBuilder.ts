import { randomBytes } from 'node:crypto';
import { KustomizationSpec } from '@backstage-gitops/plugin-gitops-common';
import { buildManifests } from '../controllers/kustomize/buildManifests';
import { Build } from '../controllers/kustomize/buildDelivery';
import { BuildCache } from './BuildCache';
import {
  BuildInterruptedError,
  BuildOutOfMemoryError,
  BuildTimeoutError,
} from './errors';
import {
  PackedManifests,
  packManifests,
  unpackManifests,
} from './packedManifests';
import { FileSharer } from './sharedFiles';
import { BuildTask } from './worker';
import { WorkerError, WorkerPool } from './WorkerPool';

/** Threads for work that would hold up the event loop, and their limits. */
export interface WorkerSettings {
  /** At most so many; 0 does the work on the event loop, without limits. */
  threads: number;
  /** Milliseconds that one task may take. */
  timeoutMs: number;
  /** MiB of heap that one task may use. */
  memoryMb: number;
}

/** How a {@link ManifestBuilder} works. */
export interface ManifestBuilderOptions {
  /** Default: no threads. */
  workers?: WorkerSettings;
  /** Bytes of results that are kept. Default 64 MiB. */
  maxCachedBytes?: number;
  /** Of the cache's keys. Default random. */
  cacheKey?: Buffer;
}

/**
 * Fields that a build does not depend on, without their values. A field that is
 * added to the kind counts as an input until it is named here.
 */
const NO_INPUTS = {
  sourceRef: { kind: 'GitRepository', name: '' },
  prune: false,
  interval: '',
  retryInterval: undefined,
  timeout: undefined,
  suspend: undefined,
  force: undefined,
  wait: undefined,
  healthChecks: undefined,
  healthCheckExprs: undefined,
  dependsOn: undefined,
  deletionPolicy: undefined,
  kubeConfig: undefined,
  postBuild: undefined,
  decryption: undefined,
  serviceAccountName: undefined,
} as const satisfies Partial<KustomizationSpec>;

/**
 * Builds the manifests of deliveries in worker threads, and keeps the last
 * results: the run of an unchanged Kustomization does not build again.
 */
export class ManifestBuilder {
  private readonly pool: WorkerPool | undefined;
  private readonly sharer = new FileSharer();
  private readonly cache: BuildCache;

  constructor(options: ManifestBuilderOptions) {
    this.pool = options.workers?.threads
      ? new WorkerPool(options.workers)
      : undefined;
    this.cache = new BuildCache({
      maxBytes: options.maxCachedBytes ?? 64 * 1024 * 1024,
      key: options.cacheKey ?? randomBytes(32),
    });
  }

  /**
   * The manifests of one delivery; the caller may change them.
   *
   * @throws BuildTimeoutError, BuildOutOfMemoryError, BuildInterruptedError, the
   * signal's reason, and what {@link buildManifests} throws: from a thread as an
   * `Error` with the same name, message and fields
   */
  readonly build: Build = async ({
    artifact,
    files,
    object,
    substitution,
    signal,
  }) => {
    signal.throwIfAborted();
    // What is left out of the key must not reach the build either.
    const spec: KustomizationSpec = { ...object.spec, ...NO_INPUTS };
    const key = this.cache.keyOf(artifact.digest, spec, substitution);
    const known = this.cache.get(key);
    if (known) {
      return unpackManifests(known, signal);
    }
    if (!this.pool) {
      const built = buildManifests(files, spec, substitution);
      this.cache.set(key, packManifests(built));
      return built;
    }
    const task: BuildTask = {
      files: await this.sharer.share(files),
      spec,
      substitution,
    };
    const packed = await this.runInPool(this.pool, task, signal);
    this.cache.set(key, packed);
    return unpackManifests(packed, signal);
  };

  /** Ends the threads; builds under way fail. */
  async close(): Promise<void> {
    await this.pool?.close();
  }

  private async runInPool(
    pool: WorkerPool,
    task: BuildTask,
    signal: AbortSignal,
  ): Promise<PackedManifests> {
    try {
      return await pool.run<PackedManifests>('build', task, { signal });
    } catch (error) {
      throw error instanceof WorkerError
        ? explain(error, task.spec.path ?? './', pool)
        : error;
    }
  }
}

function explain(
  { failure, cause }: WorkerError,
  path: string,
  limits: WorkerPool,
): Error {
  switch (failure) {
    case 'timeout':
      return new BuildTimeoutError(path, limits.timeoutMs);
    case 'out-of-memory':
      return new BuildOutOfMemoryError(path, limits.memoryMb);
    default:
      return new BuildInterruptedError(path, cause);
  }
}
