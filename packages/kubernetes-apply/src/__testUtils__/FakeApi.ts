import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createClusterClient,
  type ClusterClientOptions,
} from '../client/createClusterClient';
import type { ClusterClient } from '../client/ClusterClient';
import { TestClock } from './TestClock';

/** A request as it arrived. */
export interface Received {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage['headers'];
  rawHeaders: string[];
  body: string;
}

export type Handler = (
  request: Received,
  response: ServerResponse,
) => void | Promise<void>;

const CONFIG_MAPS = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['get'] },
    { name: 'namespaces', kind: 'Namespace', namespaced: false, verbs: [] },
    { name: 'namespaces/status', kind: 'Namespace', namespaced: false },
  ],
};

/** A tiny API for faults of the protocol; each test says what it answers. */
export class FakeApi {
  readonly received: Received[] = [];
  /** How many connections were made to it. */
  connections = 0;
  readonly clock = new TestClock({ eagerUpToMs: 59_000 });
  readonly #handlers = new Map<string, Handler>();
  readonly #server: Server;

  private constructor() {
    this.on('GET /api/v1', (_, response) => json(response, 200, CONFIG_MAPS));
    this.#server = createServer((message, response) => {
      let body = '';
      message.setEncoding('utf8');
      message.on('data', chunk => {
        body += chunk;
      });
      message.on('end', () => {
        const request = {
          method: message.method ?? '',
          url: message.url ?? '',
          headers: message.headers,
          rawHeaders: message.rawHeaders,
          body,
        };
        this.received.push(request);
        const path = `${request.method} ${request.url.split('?')[0]}`;
        const handler = this.#handlers.get(path);
        if (handler) void handler(request, response);
        else response.writeHead(404).end('404 page not found\n');
      });
    });
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(): Promise<FakeApi> {
    const api = new FakeApi();
    await new Promise<void>(resolve => {
      api.#server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  /** Answers `METHOD /path` from now on. */
  on(route: string, handler: Handler): void {
    this.#handlers.set(route, handler);
  }

  client(options: Partial<ClusterClientOptions> = {}): ClusterClient {
    const { port } = this.#server.address() as AddressInfo;
    return createClusterClient({
      kubeConfig: {
        getCurrentCluster: () => ({ server: `http://127.0.0.1:${port}` }),
        getCurrentUser: () => null,
        applyToHTTPSOptions: async request => {
          request.headers = { Authorization: 'Bearer test-token' };
        },
      },
      clock: this.clock,
      random: () => 0.5,
      ...options,
    });
  }

  requests(method: string, path: string): Received[] {
    return this.received.filter(
      r => r.method === method && r.url.split('?')[0] === path,
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => {
      this.#server.close(resolve);
    });
  }
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    ...headers,
  });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export function failure(
  response: ServerResponse,
  code: number,
  reason: string,
  rest: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure' };
  json(response, code, { ...status, code, reason, ...rest }, headers);
}
