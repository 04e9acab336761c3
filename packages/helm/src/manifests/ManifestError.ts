import { HelmError } from '../HelmError';

/**
 * What is wrong with rendered files. Codes are stable.
 *
 * - `invalid-yaml`: a document is not YAML, or no Kubernetes object
 * - `not-found`: no document comes from a file that is asked for
 *
 * @public
 */
export type ManifestErrorCode = 'invalid-yaml' | 'not-found';

/**
 * Rendered files that are no manifests.
 *
 * @public
 */
export class ManifestError extends HelmError {
  constructor(
    readonly code: ManifestErrorCode,
    message: string,
    options: { file?: string; cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
