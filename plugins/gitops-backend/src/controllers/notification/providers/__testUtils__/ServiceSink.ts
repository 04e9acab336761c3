import { createServer, IncomingHttpHeaders, Server } from 'node:http';
import { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface SunkRequest {
  method: string;
  /** With its query. */
  path: string;
  /** What a client adds of itself is left out. */
  headers: Record<string, string>;
  /** In base64 where it is protobuf. */
  body: string;
}

/** How a request is answered. */
export interface SinkAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** A text as it is, else JSON. */
  body?: unknown;
  /** The connection stays open without one. */
  hangs?: boolean;
}

const OF_CLIENTS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'user-agent',
  'content-length',
  'accept-encoding',
  'transfer-encoding',
]);

/** Keeps what it is sent, on a socket of this machine. */
export class ServiceSink {
  readonly requests: SunkRequest[] = [];
  /** Default: 200 with `{}`, and what is asked for is an empty list. */
  answer: (request: SunkRequest) => SinkAnswer = ({ method }) => ({
    body: method === 'GET' ? [] : {},
  });
  private readonly listeners = new Set<() => void>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ServiceSink> {
    const server = createServer();
    const sink = new ServiceSink(server);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
      }
      const arrived = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: presented(request.headers),
        body: Buffer.concat(chunks).toString(
          /protobuf/.test(request.headers['content-type'] ?? '')
            ? 'base64'
            : 'utf8',
        ),
      };
      sink.requests.push(arrived);
      sink.listeners.forEach(listener => listener());
      const { status = 200, headers, body, hangs } = sink.answer(arrived);
      if (!hangs) {
        response.writeHead(status, {
          'content-type': 'application/json',
          ...headers,
        });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      }
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return sink;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** Once requests are as wanted. */
  async until(
    isWanted: (requests: readonly SunkRequest[]) => boolean,
  ): Promise<void> {
    while (!isWanted(this.requests)) {
      await new Promise<void>(resolve => {
        const listener = () => {
          this.listeners.delete(listener);
          resolve();
        };
        this.listeners.add(listener);
      });
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => {
      this.server.close(resolve);
    });
  }
}

function presented(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !OF_CLIENTS.has(name))
      .map(([name, value]) => [name, String(value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
