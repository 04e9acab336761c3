import { HelmError } from '../HelmError';
import type { Release } from '../releases';

/**
 * Why an action on a release failed. Codes are stable.
 *
 * - `invalid-name`: the name of the release is none
 * - `name-in-use`: there is a release of that name already
 * - `no-release`: there is none, or none that is deployed
 * - `no-revision`: there is no such revision
 * - `pending`: another action on the release is, or was, under way
 * - `invalid-manifest`: a manifest or hook is no YAML of Kubernetes objects
 * - `unknown-kind`: the cluster does not serve a kind
 * - `not-owned`: an object exists that is of another release, or of none
 * - `apply-failed`: objects could not be created, changed or deleted
 * - `hook-failed`: a hook could not be run, or it failed
 * - `not-ready`: objects did not become ready in time
 * - `not-deleted`: objects were not gone in time
 * - `storage-failed`: it was done, and that could not be recorded
 *
 * @public
 */
export type ActionErrorCode =
  | 'invalid-name'
  | 'name-in-use'
  | 'no-release'
  | 'no-revision'
  | 'pending'
  | 'invalid-manifest'
  | 'unknown-kind'
  | 'not-owned'
  | 'apply-failed'
  | 'hook-failed'
  | 'not-ready'
  | 'not-deleted'
  | 'storage-failed';

/**
 * An action on a release that failed. Messages are those of Helm 4.2 where
 * people look for them; values of Secrets are not in them.
 *
 * @public
 */
export class ActionError extends HelmError {
  /** The revision that failed, as it was recorded; none where there is none. */
  readonly release?: Release;

  constructor(
    readonly code: ActionErrorCode,
    message: string,
    options: { cause?: unknown; release?: Release } = {},
  ) {
    super(message, options);
    this.release = options.release;
  }
}
