import { ArtifactStore } from '@backstage-gitops/plugin-gitops-node';
import { CustomErrorBase } from '@backstage/errors';
import { Readable } from 'node:stream';
import { LoadingCache } from '../../../util/LoadingCache';

/** What a packed chart says of itself. */
export interface ChartHead {
  name: string;
  version: string;
  appVersion?: string;
}

/** A packed chart in memory that threads share. */
export interface ChartArchive {
  bytes: Buffer;
  /** `sha256:…` of them. */
  digest: string;
  head: ChartHead;
}

/** A packed chart is larger than any that could be unpacked. */
export class ChartTooLargeError extends CustomErrorBase {
  readonly name = 'ChartTooLargeError';
  readonly code = 'GITOPS_CHART_TOO_LARGE';

  constructor(maxBytes: number) {
    super(
      `the packed chart has more than ${maxBytes} bytes; keep large files out of it by .helmignore`,
    );
  }
}

/** As large as an unpacked chart may be (Helm 4.2). */
const MAX_BYTES = 100 * 1024 * 1024;

/** Reads packed charts out of the artifact store, and keeps the last ones. */
export class ChartArchives {
  private readonly cache: LoadingCache<ChartArchive>;

  constructor(options: {
    store: Pick<ArtifactStore, 'open'>;
    /** Says what a chart is, away from the event loop. */
    inspect: (chart: Omit<ChartArchive, 'head'>) => Promise<ChartHead>;
    /** Bytes of packed charts that are kept. Default 32 MiB. */
    maxCachedBytes?: number;
  }) {
    const { store, inspect } = options;
    this.cache = new LoadingCache({
      load: async digest => {
        const bytes = await readShared(await store.open(digest));
        return { bytes, digest, head: await inspect({ bytes, digest }) };
      },
      weigh: ({ bytes }) => bytes.length,
      maxWeight: options.maxCachedBytes ?? 32 * 1024 * 1024,
    });
  }

  /**
   * @throws ArtifactNotFoundError, ArtifactCorruptError, ChartTooLargeError, and
   * ChartError where it is no chart, as an `Error` with the same name, message and
   * code
   */
  get(digest: string): Promise<ChartArchive> {
    return this.cache.get(digest);
  }
}

async function readShared(source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) {
      throw new ChartTooLargeError(MAX_BYTES);
    }
    chunks.push(chunk);
  }
  const bytes = Buffer.from(new SharedArrayBuffer(size));
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}
