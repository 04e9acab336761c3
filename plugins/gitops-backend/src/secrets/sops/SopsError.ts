import { CustomErrorBase } from '@backstage/errors';

/**
 * - `SOPS_FORMAT`: it is no file of SOPS, or none of its format
 * - `SOPS_KEY`: nothing that is there opens its data key
 * - `SOPS_VALUE`: a value does not open with the data key
 * - `SOPS_MAC`: values were changed, moved or taken away after they were encrypted
 */
export type SopsErrorCode =
  'SOPS_FORMAT' | 'SOPS_KEY' | 'SOPS_VALUE' | 'SOPS_MAC';

/** Names files and paths, never a value or a key. */
export class SopsError extends CustomErrorBase {
  readonly name = 'SopsError';

  constructor(
    readonly code: SopsErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause);
  }
}
