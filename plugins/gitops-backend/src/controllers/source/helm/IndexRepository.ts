import { indexRevision } from '@backstage-gitops/helm';
import { ChartNotFoundError, ChartRepository } from './ChartRepository';
import { codeOf } from './buildFailure';
import { RepositoryClient } from './RepositoryClient';
import { ChartWork } from './work/ChartWork';
import { FoundVersion } from './work/indexes';

/** An index that is in the store. */
export interface StoredIndex {
  digest: string;
  /** Bytes. */
  size?: number;
  open(): Promise<Uint8Array>;
}

/** A chart repository with an index. */
export class IndexRepository implements ChartRepository {
  private readonly client: RepositoryClient;
  private readonly work: ChartWork;
  private readonly signal: AbortSignal;
  private index: StoredIndex | undefined;

  constructor(options: {
    client: RepositoryClient;
    work: ChartWork;
    /** Without it, the index is fetched. */
    index?: StoredIndex;
    signal: AbortSignal;
  }) {
    this.client = options.client;
    this.work = options.work;
    this.index = options.index;
    this.signal = options.signal;
  }

  async find(name: string, range: string): Promise<FoundVersion> {
    this.index ??= await this.fetchIndex();
    const { digest, size, open } = this.index;
    try {
      return await this.work.find(
        { digest, size, name, range },
        open,
        this.signal,
      );
    } catch (error) {
      throw explain(error, name, range);
    }
  }

  async fetch({ name, urls }: FoundVersion): Promise<Buffer> {
    if (urls.length === 0) {
      throw new Error(`chart '${name}' has no downloadable URLs`);
    }
    return this.client.fetchChart(urls[0]);
  }

  release(): void {
    this.client.release();
  }

  private async fetchIndex(): Promise<StoredIndex> {
    const bytes = await this.client.fetchIndex();
    return {
      digest: indexRevision(bytes),
      size: bytes.length,
      open: async () => bytes,
    };
  }
}

/** What the library says of an index, in the words of Flux 2.9. */
function explain(error: unknown, name: string, range: string): unknown {
  switch (codeOf(error)) {
    case 'chart-not-found':
      return new ChartNotFoundError(
        `no chart name found: the repository has no chart '${name}'`,
      );
    case 'version-not-found':
      return new ChartNotFoundError(
        `no '${name}' chart with version matching '${range || '*'}' found`,
      );
    case 'invalid-range':
      return new ChartNotFoundError((error as Error).message);
    default:
      return error;
  }
}
