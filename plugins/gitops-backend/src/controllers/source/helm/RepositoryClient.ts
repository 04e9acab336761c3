import { STATUS_CODES } from 'node:http';
import { CustomErrorBase } from '@backstage/errors';
import { indexUrl, resolveChartUrl } from '@backstage-gitops/helm';
import {
  HttpClient,
  HttpConnections,
} from '@backstage-gitops/plugin-gitops-node';
import { RepositoryAccess } from './RepositoryAccess';
import { within } from './within';

const MIB = 1024 * 1024;
/** Of an index (Flux 2.9). */
const MAX_INDEX = 50 * MIB;
/** Of a packed chart (Flux 2.9). */
export const MAX_CHART = 10 * MIB;
const MAX_PROVENANCE = 256 * 1024;
const REDIRECTS = 10;

/** A repository answered, and not with what was asked for. */
export class RepositoryAnswerError extends CustomErrorBase {
  readonly name = 'RepositoryAnswerError';
  readonly code = 'GITOPS_HELM_REPOSITORY_ANSWER';

  constructor(
    url: URL,
    readonly status: number,
  ) {
    super(
      `failed to fetch ${withoutSecrets(url)} : ${status} ${STATUS_CODES[status] ?? ''}`.trim(),
    );
  }
}

/** What {@link RepositoryClient} is made of. */
export interface RepositoryClientOptions {
  connections: HttpConnections;
  /** Of the repository, without `index.yaml`. */
  url: string;
  access: RepositoryAccess;
  /** Whether other hosts that the index names get the credential, too. */
  passCredentials: boolean;
  /** Milliseconds that one answer may take. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** Fetches the index and the charts of one repository over http and https. */
export class RepositoryClient {
  private readonly options: RepositoryClientOptions;
  private readonly http: HttpClient;

  constructor(options: RepositoryClientOptions) {
    this.options = options;
    this.http = options.connections.open({ tls: options.access.tls });
  }

  /** @throws RepositoryAnswerError, NetworkError */
  fetchIndex(): Promise<Buffer> {
    return this.fetch(indexUrl(this.options.url), {
      maxBytes: MAX_INDEX,
      compressed: true,
    });
  }

  /**
   * @param url - as the index has it: absolute, or relative to the repository
   * @throws RepositoryAnswerError, NetworkError, RepositoryError `invalid-url`
   */
  fetchChart(url: string): Promise<Buffer> {
    return this.fetch(resolveChartUrl(this.options.url, url), {
      maxBytes: MAX_CHART,
    });
  }

  /** The provenance file of a chart, beside its archive. */
  async fetchProvenance(url: string): Promise<string> {
    const address = new URL(resolveChartUrl(this.options.url, url));
    address.pathname += '.prov';
    const bytes = await this.fetch(address.href, { maxBytes: MAX_PROVENANCE });
    return bytes.toString('utf8');
  }

  release(): void {
    this.http.release();
  }

  private async fetch(
    address: string,
    limits: { maxBytes: number; compressed?: boolean },
  ): Promise<Buffer> {
    const { signal, timeoutMs } = this.options;
    const url = new URL(address);
    url.username = '';
    url.password = '';
    return within({ signal, timeoutMs, what: url.host }, async bounded => {
      const response = await this.http.request(url, {
        ...limits,
        signal: bounded,
        redirects: REDIRECTS,
        authorization: this.authorizationFor(url),
      });
      if (response.status !== 200) {
        await response.dump();
        throw new RepositoryAnswerError(url, response.status);
      }
      return response.bytes();
    });
  }

  /** Helm 4.2: only where scheme, host and port are those of the repository. */
  private authorizationFor(url: URL): string | undefined {
    const { access, passCredentials } = this.options;
    return passCredentials || url.origin === new URL(this.options.url).origin
      ? access.authorization
      : undefined;
  }
}

/** Tokens are often in queries. */
function withoutSecrets(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
