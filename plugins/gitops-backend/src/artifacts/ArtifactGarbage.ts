import { LoggerService } from '@backstage/backend-plugin-api';
import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { ArtifactIndex } from './ArtifactIndex';

/** What is written now gets its holder in a moment. */
const STORING_MS = 3_600_000;
/** How long an object may be forgotten before it loses what it holds. */
const FORGOTTEN_MS = 24 * 3_600_000;
/** Digests that the index is asked about at once. */
const CHUNK = 500;

/** What was deleted. */
export interface CollectedGarbage {
  artifacts: number;
  bytes: number;
}

/**
 * Deletes from the store what no object holds. Sources let go of old artifacts
 * themselves, each time they store one; this finds what a process left that ended
 * in between, and what belongs to nobody any more.
 */
export class ArtifactGarbage {
  private readonly store: ArtifactStore;
  private readonly index: Pick<ArtifactIndex, 'held' | 'removeForgotten'>;
  private readonly logger: LoggerService;
  private readonly now: () => number;

  constructor(options: {
    store: ArtifactStore;
    index: Pick<ArtifactIndex, 'held' | 'removeForgotten'>;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.store = options.store;
    this.index = options.index;
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
  }

  /** Any number of processes may collect at once. */
  async collect(signal: AbortSignal): Promise<CollectedGarbage> {
    const before = new Date(this.now() - STORING_MS);
    await this.index.removeForgotten({ since: this.now() - FORGOTTEN_MS });
    const collected = { artifacts: 0, bytes: 0 };
    let chunk = new Map<string, number>();
    for await (const { digest, size, storedAt } of this.store.list()) {
      signal.throwIfAborted();
      if (storedAt < before) {
        chunk.set(digest, size);
      }
      if (chunk.size === CHUNK) {
        await this.deleteUnheld(chunk, collected);
        chunk = new Map();
      }
    }
    await this.deleteUnheld(chunk, collected);
    await this.store.sweep?.({ before });
    if (collected.artifacts > 0) {
      this.logger.info(
        `${collected.artifacts} artifacts that nothing holds any more were deleted (${collected.bytes} bytes)`,
      );
    }
    return collected;
  }

  private async deleteUnheld(
    sizes: ReadonlyMap<string, number>,
    collected: CollectedGarbage,
  ): Promise<void> {
    if (sizes.size === 0) {
      return;
    }
    const held = await this.index.held([...sizes.keys()]);
    for (const [digest, size] of sizes) {
      if (!held.has(digest)) {
        await this.store.delete(digest);
        collected.artifacts += 1;
        collected.bytes += size;
      }
    }
  }
}
