import { Release } from '@backstage-gitops/helm';
import { ReleaseRecords } from '@backstage-gitops/helm/actions';

/** Records that remember what was written to them, by revision. */
export class ObservedRecords extends ReleaseRecords {
  private readonly byVersion = new Map<number, Release>();

  /** As they were written last, the newest revision first. */
  get written(): readonly Release[] {
    return [...this.byVersion.values()].sort((a, b) => b.version - a.version);
  }

  async create(
    release: Release,
    options?: { signal?: AbortSignal },
  ): Promise<void> {
    await super.create(release, options);
    this.byVersion.set(release.version, release);
  }

  async update(
    release: Release,
    options?: { signal?: AbortSignal },
  ): Promise<void> {
    await super.update(release, options);
    this.byVersion.set(release.version, release);
  }
}
