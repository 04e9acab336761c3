import { hash } from 'node:crypto';
import { indexRevision } from '@backstage-gitops/helm';
import {
  ChartNotFoundError,
  ChartRepository,
  ChartVerification,
} from './ChartRepository';
import { codeOf } from './buildFailure';
import { ProvenanceError, readProvenance } from './provenance';
import { RepositoryClient } from './RepositoryClient';
import { ChartWork } from './threads/ChartWork';
import { FoundVersion } from './threads/indexes';

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
  /** SHA-256 in hex of what may be fetched, by URL, where that was signed. */
  private readonly signed = new Map<string, string>();

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
    const archive = await this.client.fetchChart(urls[0]);
    const signed = this.signed.get(urls[0]);
    if (signed !== undefined && signed !== hash('sha256', archive)) {
      throw new ProvenanceError(
        'sha256 sum of the archive does not match the one that was signed',
      );
    }
    return archive;
  }

  /**
   * Verifies the provenance file of a version (Helm 4.2) by the OpenPGP keys of a
   * Secret; what is fetched afterwards is what was signed. Flux 2.9 verifies no
   * charts of such repositories.
   */
  async verify(
    { name, version, urls: [url = ''] }: FoundVersion,
    { verify, readSecret }: ChartVerification,
  ): Promise<void> {
    if (verify.provider !== 'cosign' || !verify.secretRef) {
      throw new ProvenanceError(
        'charts of a repository with an index are verified by their provenance files; name a Secret with OpenPGP public keys in spec.verify.secretRef, and leave out the provider',
      );
    }
    const { data } = await readSecret(verify.secretRef.name);
    const text = await this.client.fetchProvenance(url);
    const signed = await readProvenance(text, Object.values(data));
    if (signed.name !== name || signed.version !== version) {
      throw new ProvenanceError(
        `what was signed is another chart, or another version, than '${name}' ${version}`,
      );
    }
    const file = decodeURIComponent(
      new URL(url, 'http://none').pathname.split('/').pop()!,
    );
    const digest = signed.files.get(file);
    if (digest === undefined) {
      throw new ProvenanceError(
        `the provenance file does not contain a SHA for a file named '${file}'`,
      );
    }
    this.signed.set(url, digest);
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
