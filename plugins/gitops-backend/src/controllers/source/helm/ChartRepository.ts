import { OciVerification } from '@backstage-gitops/plugin-gitops-common';
import { SecretData } from '@backstage-gitops/plugin-gitops-node';
import { FoundVersion } from './threads/indexes';

/** How signatures are verified. */
export interface ChartVerification {
  verify: OciVerification;
  /** Reads a Secret of the chart's namespace. */
  readSecret(name: string): Promise<SecretData>;
}

/** Where charts are found by name and version. */
export interface ChartRepository {
  /**
   * The version that a range means, empty for the highest.
   *
   * @throws ChartNotFoundError, and whatever made looking impossible
   */
  find(name: string, range: string): Promise<FoundVersion>;

  /** The packed chart, of at most 10 MiB. */
  fetch(version: FoundVersion): Promise<Buffer>;

  /**
   * Verifies the signature of a version, which is then the one that is fetched.
   *
   * @throws where it has none that will do
   */
  verify(version: FoundVersion, verification: ChartVerification): Promise<void>;

  release(): void;
}

/** A repository has no such chart, or not in this version. */
export class ChartNotFoundError extends Error {
  readonly code = 'GITOPS_CHART_NOT_FOUND';

  constructor(message: string) {
    super(message);
    this.name = 'ChartNotFoundError';
  }
}
