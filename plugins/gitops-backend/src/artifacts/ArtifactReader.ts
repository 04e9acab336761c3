import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { ArchiveFiles, ArchiveLimits, readArchive } from './readArchive';

interface Cached {
  files: ArchiveFiles;
  size: number;
}

/**
 * Reads artifacts into memory, each once: artifacts are immutable, so the last
 * ones read are kept up to a bound, and readers of the same one share the work.
 */
export class ArtifactReader {
  private readonly store: ArtifactStore;
  private readonly limits: ArchiveLimits;
  private readonly maxCachedBytes: number;
  private readonly cache = new Map<string, Cached>();
  private readonly loading = new Map<string, Promise<ArchiveFiles>>();
  private cachedBytes = 0;

  constructor(options: {
    store: ArtifactStore;
    limits?: ArchiveLimits;
    /** Bytes of unpacked files that are kept. Default 128 MiB. */
    maxCachedBytes?: number;
  }) {
    this.store = options.store;
    this.limits = options.limits ?? {};
    this.maxCachedBytes = options.maxCachedBytes ?? 128 * 1024 * 1024;
  }

  /**
   * The files of an artifact, verified against its digest.
   *
   * @throws ArtifactNotFoundError, ArtifactCorruptError, ArchiveError
   */
  async read(digest: string): Promise<ArchiveFiles> {
    const cached = this.cache.get(digest);
    if (cached) {
      // Read last, dropped last.
      this.cache.delete(digest);
      this.cache.set(digest, cached);
      return cached.files;
    }
    let loading = this.loading.get(digest);
    if (!loading) {
      loading = this.load(digest).finally(() => this.loading.delete(digest));
      this.loading.set(digest, loading);
    }
    return loading;
  }

  private async load(digest: string): Promise<ArchiveFiles> {
    const files = await readArchive(await this.store.open(digest), {
      limits: this.limits,
    });
    let size = 0;
    for (const content of files.values()) {
      size += content.length;
    }
    if (size <= this.maxCachedBytes) {
      this.cache.set(digest, { files, size });
      this.cachedBytes += size;
      for (const [oldest, entry] of this.cache) {
        if (this.cachedBytes <= this.maxCachedBytes) {
          break;
        }
        this.cache.delete(oldest);
        this.cachedBytes -= entry.size;
      }
    }
    return files;
  }
}
