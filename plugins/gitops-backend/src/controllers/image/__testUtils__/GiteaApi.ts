import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A pull request as the server keeps it. */
export interface KeptPullRequest {
  number: number;
  title: string;
  body: string;
  state: string;
  head: string;
  base: string;
  labels: string[];
}

/**
 * The part of Gitea's API (v1) that keeps pull requests, for tests of who uses it. A
 * server of the tests' own: what hosts want is pinned elsewhere.
 */
export class GiteaApi {
  readonly pullRequests: KeptPullRequest[] = [];
  /** Answers everything with this status, where it is set. */
  fails: number | undefined;
  requests = 0;
  private readonly labels: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<GiteaApi> {
    const server = createServer();
    const api = new GiteaApi(server);
    server.on('request', async (request, response) => {
      const { status = 200, body } = await api.answer(request);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  get baseUrl(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/api/v1`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  private async answer(
    request: IncomingMessage,
  ): Promise<{ status?: number; body?: unknown }> {
    this.requests += 1;
    if (this.fails !== undefined) {
      return { status: this.fails, body: { message: 'not today' } };
    }
    const { pathname, searchParams } = new URL(
      request.url ?? '',
      'http://gitea',
    );
    const said = await text(request);
    const body = said === '' ? {} : JSON.parse(said);
    const [collection, id, below] = pathname
      .replace(/^\/api\/v1\/repos\/[^/]+\/[^/]+\//, '')
      .split('/');
    const isFirst = (searchParams.get('page') ?? '1') === '1';
    const found = this.pullRequests.find(({ number }) => `${number}` === id);
    switch (`${request.method} ${collection}${below ? `/${below}` : ''}`) {
      case 'GET pulls':
        return {
          body: isFirst
            ? this.pullRequests
                .filter(({ state }) => state === 'open')
                .map(shown)
            : [],
        };
      case 'POST pulls': {
        const { title, body: description, head, base } = body;
        const made = {
          ...{ number: this.pullRequests.length + 1, state: 'open' },
          ...{ title, head, base, body: description, labels: [] },
        };
        this.pullRequests.push(made);
        return { status: 201, body: shown(made) };
      }
      case 'PATCH pulls':
        return { status: 201, body: shown(Object.assign(found!, body)) };
      case 'GET labels':
        return {
          body: isFirst ? this.labels.map((name, i) => ({ id: i, name })) : [],
        };
      case 'POST labels':
        return {
          ...{ status: 201 },
          body: { id: this.labels.push(body.name) - 1, name: body.name },
        };
      case 'POST issues/labels':
        found!.labels.push(...body.labels.map((i: number) => this.labels[i]));
        return { body: [] };
      case 'POST issues/comments':
        return { status: 201 };
      default:
        return { status: 404, body: { message: 'not found' } };
    }
  }
}

function shown(each: KeptPullRequest) {
  return {
    ...each,
    html_url: `https://gitea.test/team/game/pulls/${each.number}`,
    head: { ref: each.head, repo_id: 1 },
    base: { ref: each.base, repo_id: 1 },
    labels: each.labels.map(name => ({ name })),
  };
}
