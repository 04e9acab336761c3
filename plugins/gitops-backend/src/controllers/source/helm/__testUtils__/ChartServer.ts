import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { hash } from 'node:crypto';
import { loadChartFiles, packageChart } from '@backstage-gitops/helm';

type Answer =
  Uint8Array | ((request: IncomingMessage, response: ServerResponse) => void);

/** A chart repository over plain http (node:http), on loopback. */
export class ChartServer {
  /** Method is always GET. */
  readonly requests: { path: string; authorization?: string }[] = [];
  private readonly answers = new Map<string, Answer>();

  private constructor(
    readonly url: string,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(): Promise<ChartServer> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const repository = new ChartServer(
      `http://127.0.0.1:${port}`,
      () =>
        new Promise(resolve => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    server.on('request', (request, response) =>
      repository.answer(request, response),
    );
    return repository;
  }

  stop(): Promise<void> {
    return this.close();
  }

  /** What a path is answered with, from now on. */
  put(path: string, answer: string | Answer): void {
    this.answers.set(
      path,
      typeof answer === 'string' ? Buffer.from(answer) : answer,
    );
  }

  /** Requires a user and a password for a path, and answers then. */
  protect(path: string, user: string, body: string | Uint8Array): void {
    const expected = `Basic ${Buffer.from(user).toString('base64')}`;
    this.put(path, ({ headers }, response) => {
      response.statusCode = headers.authorization === expected ? 200 : 401;
      response.end(response.statusCode === 200 ? body : '');
    });
  }

  requestsOf(path: string) {
    return this.requests.filter(request => request.path === path);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push({ path, authorization: request.headers.authorization });
    const answer = this.answers.get(path);
    if (typeof answer === 'function') {
      answer(request, response);
    } else {
      response.statusCode = answer ? 200 : 404;
      response.end(answer);
    }
  }
}

/** The archive of a chart with these files besides Chart.yaml. */
export async function chartArchive(
  chart: { name: string; version: string; dependencies?: object[] },
  files: Record<string, string> = {},
): Promise<Buffer> {
  const all = {
    'Chart.yaml': JSON.stringify({ apiVersion: 'v2', ...chart }),
    'values.yaml': 'replicas: 1\n',
    ...files,
  };
  const { archive } = await packageChart(
    await loadChartFiles(
      Object.entries(all).map(([name, text]) => ({
        name,
        data: Buffer.from(text),
      })),
    ),
  );
  return Buffer.from(archive);
}

/** An index with these charts. */
export function indexOf(
  ...charts: {
    name: string;
    version: string;
    url?: string;
    created?: string;
    archive?: Uint8Array;
  }[]
): string {
  const entries: Record<string, object[]> = {};
  for (const { name, version, url, created, archive } of charts) {
    entries[name] ??= [];
    entries[name].push({
      apiVersion: 'v2',
      ...{ name, version },
      urls: [url ?? `charts/${name}-${version}.tgz`],
      ...(created && { created }),
      ...(archive && { digest: hash('sha256', archive) }),
    });
  }
  return JSON.stringify({
    apiVersion: 'v1',
    generated: '2026-01-02T03:04:05Z',
    entries,
  });
}
