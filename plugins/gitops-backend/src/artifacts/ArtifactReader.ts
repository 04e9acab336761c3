import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { LoadingCache } from '../util/LoadingCache';
import { ArchiveFiles, ArchiveLimits, readArchive } from './readArchive';

/**
 * Reads artifacts into memory, each once: artifacts are immutable, so the last
 * ones read are kept up to a bound, and readers of the same one share the work.
 */
export class ArtifactReader {
  private readonly files: LoadingCache<ArchiveFiles>;

  constructor(options: {
    store: ArtifactStore;
    limits?: ArchiveLimits;
    /** Bytes of unpacked files that are kept. Default 128 MiB. */
    maxCachedBytes?: number;
  }) {
    const { store, limits = {} } = options;
    this.files = new LoadingCache({
      load: async digest => readArchive(await store.open(digest), { limits }),
      weigh: files =>
        [...files.values()].reduce((sum, { length }) => sum + length, 0),
      maxWeight: options.maxCachedBytes ?? 128 * 1024 * 1024,
    });
  }

  /**
   * The files of an artifact, verified against its digest.
   *
   * @throws ArtifactNotFoundError, ArtifactCorruptError, ArchiveError
   */
  async read(digest: string): Promise<ArchiveFiles> {
    return this.files.get(digest);
  }
}
