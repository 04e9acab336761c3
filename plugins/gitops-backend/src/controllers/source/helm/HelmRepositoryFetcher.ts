import { Readable } from 'node:stream';
import { assertError } from '@backstage/errors';
import { indexRevision, normalizeRepositoryUrl } from '@backstage-gitops/helm';
import {
  durationToMs,
  HelmRepository,
  helmRepositoryKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  FetchContext,
  Fetched,
  SourceFetcher,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { humanSize } from './humanSize';
import { readRepositoryAccess } from './RepositoryAccess';
import { RepositoryClient } from './RepositoryClient';
import { ChartWork } from './threads/ChartWork';

const DEFAULT_TIMEOUT = '60s';

/**
 * Fetches the indexes of chart repositories (Flux 2.9). Those of type `oci` hold
 * nothing but settings: charts are looked up in the registry when they are wanted.
 */
export class HelmRepositoryFetcher implements SourceFetcher<HelmRepository> {
  readonly kind = helmRepositoryKind;
  readonly hasUrl = true;
  private readonly work: ChartWork;

  constructor(options: { work: ChartWork }) {
    this.work = options.work;
  }

  isStatic({ spec }: HelmRepository): boolean {
    return spec.type === 'oci';
  }

  async fetch(
    context: FetchContext<HelmRepository>,
  ): Promise<Fetched<HelmRepository>> {
    const { spec } = context.object;
    const url = checkUrl(spec.url);
    const bytes = await fetchIndex(context, url);
    const revision = indexRevision(bytes);
    const finding = {
      revision,
      stored: { message: `stored artifact: revision '${revision}'` },
    };
    if (context.artifact?.revision === revision) {
      return { type: 'unchanged', ...finding };
    }
    const index = await this.normalise(bytes, context.signal);
    await context.building({ message: `new index revision '${revision}'` });
    return {
      type: 'new',
      ...finding,
      fileName: `index-${revision.slice('sha256:'.length)}.yaml`,
      content: () => Readable.from([index]),
      event: {
        message: `stored fetched index of size ${humanSize(index.length)} from '${withoutUser(spec.url)}'`,
      },
    };
  }

  private async normalise(
    bytes: Buffer,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    try {
      return await this.work.normalise(bytes, signal);
    } catch (error) {
      assertError(error);
      signal.throwIfAborted();
      throw new SourceFetchError(
        `failed to load Helm repository from index YAML: ${error.message}`,
        { reason: Reason.IndexationFailed },
      );
    }
  }
}

async function fetchIndex(
  context: FetchContext<HelmRepository>,
  url: string,
): Promise<Buffer> {
  const { spec } = context.object;
  const { connections, signal } = context;
  const access = await readRepositoryAccess(
    context.home,
    context.namespace,
    spec,
  );
  let client: RepositoryClient | undefined;
  try {
    client = new RepositoryClient({
      ...{ connections, url, access, signal },
      passCredentials: spec.passCredentials ?? false,
      timeoutMs: durationToMs(spec.timeout ?? DEFAULT_TIMEOUT),
    });
    return await client.fetchIndex();
  } catch (error) {
    assertError(error);
    throw new SourceFetchError(
      `failed to fetch Helm repository index: ${error.message}`,
      { reason: Reason.Failed },
    );
  } finally {
    client?.release();
  }
}

/** @throws SourceFetchError, which nothing but another URL can help */
function checkUrl(url: string): string {
  const invalid = (problem: string) =>
    new SourceFetchError(`invalid Helm repository URL: ${problem}`, {
      reason: Reason.URLInvalid,
      retry: 'stall',
    });
  if (/^oci:/i.test(url)) {
    throw invalid(
      "'oci' URL scheme cannot be used with 'default' HelmRepository type",
    );
  }
  let normalized: string;
  try {
    normalized = normalizeRepositoryUrl(url);
    if (!/^https?:$/.test(new URL(normalized).protocol)) {
      throw invalid('its scheme is neither http nor https');
    }
  } catch (error) {
    assertError(error);
    throw error instanceof SourceFetchError
      ? error
      : invalid('it cannot be parsed');
  }
  return normalized;
}

function withoutUser(text: string): string {
  const url = new URL(text);
  return url.username === '' && url.password === ''
    ? text
    : text.replace(/^([^/]*\/\/)[^/?#]*@/, '$1');
}
