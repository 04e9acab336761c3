/**
 * What runs in the threads that build manifests. For the plugin's worker pool
 * only, which finds it by the name of the package.
 *
 * @packageDocumentation
 */
import { KustomizationSpec } from '@backstage-gitops/plugin-gitops-common';
import { threadId } from 'node:worker_threads';
import { buildManifests } from '../controllers/kustomize/buildManifests';
import { Substitution } from '../controllers/kustomize/substitution/substituteObjects';
import { packManifests, PackedManifests } from './packedManifests';
import { readSharedFiles, SharedFiles } from './sharedFiles';
import { packError, TransferredError } from './transferredError';

/**
 * A build that is to be done.
 *
 * @internal
 */
export interface BuildTask {
  files: SharedFiles;
  spec: KustomizationSpec;
  substitution?: Substitution;
}

/**
 * What the pool sends.
 *
 * @internal
 */
export interface PoolTask<T> {
  /** Where the thread writes its id. */
  thread: Int32Array;
  input: T;
}

/**
 * How a task ended. Errors are values here: thrown ones would lose their fields
 * on the way to the other thread.
 *
 * @internal
 */
export type TaskResult<T> = { value: T } | { error: TransferredError };

/**
 * Builds the manifests of a delivery.
 *
 * @internal
 */
export function build({
  thread,
  input,
}: PoolTask<BuildTask>): TaskResult<PackedManifests> {
  thread[0] = threadId;
  try {
    const built = buildManifests(
      readSharedFiles(input.files),
      input.spec,
      input.substitution,
    );
    const packed = packManifests(built);
    // Memory that threads share is handed over without being copied again.
    const objects = Buffer.from(new SharedArrayBuffer(packed.objects.length));
    objects.set(packed.objects);
    return { value: { ...packed, objects } };
  } catch (error) {
    return { error: packError(error) };
  }
}
