import { FoundVersion } from './work/indexes';

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
