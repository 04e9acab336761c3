import {
  ConnectionSettings,
  HttpClient,
  HttpConnections,
} from '@backstage-gitops/plugin-gitops-node';
import { ConfigReader } from '@backstage/config';
import { JsonObject } from '@backstage/types';
import { once } from 'node:events';
import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { IntegrationCredentials } from '../../../../integrations/IntegrationCredentials';
import { HttpPool } from '../../../../net/HttpPool';
import { NetworkGuard } from '../../../../net/NetworkGuard';
import { PullRequests } from '../PullRequests';

/** A request as it arrived; the address is that before it was led to the sink. */
export interface Received {
  /** Method and address, the query decoded. */
  line: string;
  body: unknown;
  headers: IncomingMessage['headers'];
}

/** What is answered next. */
export interface Answer {
  status?: number;
  /** Text is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export const INTEGRATIONS = {
  github: [{ host: 'github.com', token: 'gh-secret' }],
  gitlab: [
    {
      host: 'gitlab.test',
      token: 'gl-secret',
      baseUrl: 'https://gitlab.test/git',
      apiBaseUrl: 'https://gitlab.test/git/api/v4',
    },
  ],
  gitea: [{ host: 'gitea.test:3000', username: 'portal', password: 'gt-pass' }],
  bitbucketServer: [{ host: 'bbs.test', token: 'bs-secret' }],
  bitbucketCloud: [{ username: 'portal', appPassword: 'bc-secret' }],
  azure: [
    {
      host: 'dev.azure.com',
      credentials: [{ personalAccessToken: 'az-secret' }],
    },
  ],
  gerrit: [{ host: 'gerrit.test', gitilesBaseUrl: 'https://gerrit.test/g' }],
};

/** A server of this machine that stands for every host, and answers in turn. */
export class HostSink {
  readonly received: Received[] = [];
  private readonly server: Server;
  private readonly pool: HttpPool;
  private readonly answers: Answer[] = [];
  private origin = '';
  private hangs = false;

  private constructor() {
    this.pool = new HttpPool({
      guard: new NetworkGuard({ allow: ['127.0.0.1'] }),
    });
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      const text = Buffer.concat(chunks).toString('utf8');
      const { 'x-test-origin': origin, ...headers } = request.headers;
      const url = new URL(request.url!, String(origin));
      this.received.push({
        line: `${request.method} ${url.origin}${url.pathname}${decodeURIComponent(url.search.replaceAll('+', ' '))}`,
        body: text === '' ? undefined : JSON.parse(text),
        headers,
      });
      if (this.hangs) {
        return;
      }
      const answer = this.answers.shift() ?? {
        status: 418,
        body: { message: 'nobody expected this request' },
      };
      const { status = 200, body } = answer;
      response.writeHead(status, {
        'content-type': 'application/json',
        ...answer.headers,
      });
      response.end(
        typeof body === 'string' || body === undefined
          ? body
          : JSON.stringify(body),
      );
    });
  }

  static async start(): Promise<HostSink> {
    const sink = new HostSink();
    sink.server.listen(0, '127.0.0.1');
    await once(sink.server, 'listening');
    const { port } = sink.server.address() as AddressInfo;
    sink.origin = `http://127.0.0.1:${port}`;
    return sink;
  }

  get lines(): string[] {
    return this.received.map(({ line }) => line);
  }

  answer(...answers: Answer[]): void {
    this.answers.push(...answers);
  }

  /** Answers nothing until it is reset. */
  hang(): void {
    this.hangs = true;
  }

  reset(): void {
    this.hangs = false;
    this.received.length = 0;
    this.answers.length = 0;
  }

  /** Pull requests by this sink, with real connections. */
  pullRequests(
    rules: JsonObject[],
    options: { timeoutMs?: number } = {},
  ): PullRequests {
    return new PullRequests({
      integrations: IntegrationCredentials.fromConfig(
        new ConfigReader({
          integrations: INTEGRATIONS,
          gitops: { integrations: rules },
        }),
      ),
      connections: this.connections(),
      ...options,
    });
  }

  async stop(): Promise<void> {
    await this.pool.close();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private connections(): HttpConnections {
    const open = (settings?: ConnectionSettings): HttpClient => {
      const client = this.pool.open(settings);
      return {
        ...client,
        request: (address, request) => {
          const url = new URL(address);
          return client.request(`${this.origin}${url.pathname}${url.search}`, {
            ...request,
            headers: { ...request.headers, 'x-test-origin': url.origin },
          });
        },
      };
    };
    return { open };
  }
}
