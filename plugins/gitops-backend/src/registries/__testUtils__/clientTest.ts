import { createServer, RequestListener, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import {
  PushedImage,
  RegistryOptions,
  SandboxRegistry,
  startRegistry,
} from '@backstage-gitops/sandbox';
import { HttpPool } from '../../net/HttpPool';
import { NetworkGuard } from '../../net/NetworkGuard';
import { Keychain } from '../Keychain';
import { RegistryRepository } from '../reference';
import { RegistryClient, RegistryClientOptions } from '../RegistryClient';
import { RegistryMemory } from '../RegistryMemory';

const LAYER = 'application/x.layer';
/** More than any content of these tests. */
export const BIG = 1024 * 1024;

/** Servers and clients of each test of a file; they end with it. */
export function clientTest() {
  let pool: HttpPool;
  const stops: (() => Promise<unknown>)[] = [];
  /** Milliseconds that clients waited for, had they waited. */
  const waits: number[] = [];

  beforeEach(() => {
    waits.length = 0;
    pool = new HttpPool({
      guard: new NetworkGuard({ allow: ['127.0.0.1', 'localhost'] }),
    });
    stops.push(() => pool.close());
  });
  afterEach(async () => {
    await Promise.all(stops.splice(0).map(stop => stop()));
  });

  return {
    waits,
    /** Something else that has to be stopped. */
    until: (stop: () => Promise<unknown>) => {
      stops.push(stop);
    },
    sandbox: async (options?: RegistryOptions): Promise<SandboxRegistry> => {
      const registry = await startRegistry(options);
      stops.push(() => registry.stop());
      return registry;
    },
    /** A server that is no registry. */
    serve: async (answer: RequestListener) => {
      const server: Server = createServer(answer);
      await new Promise<void>(resolve => {
        server.listen(0, '127.0.0.1', resolve);
      });
      stops.push(async () => {
        server.closeAllConnections();
        server.close();
      });
      const { port } = server.address() as AddressInfo;
      return { address: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}` };
    },
    clientFor: (options: Partial<RegistryClientOptions> = {}) => {
      const client = new RegistryClient({
        connections: pool,
        memory: new RegistryMemory(),
        signal: new AbortController().signal,
        wait: async ms => {
          waits.push(ms);
        },
        ...options,
      });
      stops.push(async () => client.close());
      return client;
    },
  };
}

/** By name and password. */
export const as = (username: string, password = 'secret'): Keychain => ({
  resolve: async () => ({ username, password }),
});

export const at = (
  { address }: { address: string },
  name = 'team/app',
): RegistryRepository => ({ registry: address, name });

export async function all(pages: AsyncIterable<string[]>): Promise<string[]> {
  const tags: string[] = [];
  for await (const page of pages) {
    tags.push(...page);
  }
  return tags;
}

export const image = (content = 'content'): PushedImage => ({
  layers: [{ mediaType: LAYER, content: Buffer.from(content) }],
  annotations: { a: 'b' },
});
