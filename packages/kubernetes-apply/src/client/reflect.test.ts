import type { ServerResponse } from 'node:http';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { failure, FakeApi, json } from '../__testUtils__/FakeApi';

const COLLECTION = '/api/v1/namespaces/team/configmaps';

function configMap(name: string, resourceVersion: string, uid = name) {
  return { metadata: { name, namespace: 'team', resourceVersion, uid } };
}

/** A watch whose every step a test can wait for. */
class Watched {
  readonly log: string[] = [];
  readonly errors: Error[] = [];
  readonly #abort = new AbortController();
  #waiting: { count: number; resolve: () => void }[] = [];
  readonly done: Promise<void>;

  constructor(api: FakeApi, options: { metadataOnly?: boolean } = {}) {
    this.done = api.client().watch({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'team',
      ...options,
      signal: this.#abort.signal,
      onSync: items =>
        this.#write(`SYNC ${items.map(i => i.metadata.name).join(',')}`),
      onEvent: event => this.#write(`${event.type} ${nameOf(event.object)}`),
      onError: error => {
        this.errors.push(error);
      },
    });
  }

  async until(count: number): Promise<string[]> {
    if (this.log.length < count) {
      await new Promise<void>(resolve => {
        this.#waiting.push({ count, resolve });
      });
    }
    return this.log;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.done;
  }

  #write(line: string): void {
    this.log.push(line);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.log.length >= count) resolve();
      return this.log.length < count;
    });
  }
}

function nameOf(object: KubernetesObject): string {
  return `${object.kind}/${object.metadata.name}@${object.metadata.resourceVersion}`;
}

describe('watch', () => {
  let api: FakeApi;
  let watched: Watched | undefined;
  let lists: object[];
  let streams: ((response: ServerResponse, url: string) => void)[];

  beforeEach(async () => {
    api = await FakeApi.start();
    lists = [];
    streams = [];
    api.on(`GET ${COLLECTION}`, ({ url }, response) => {
      if (!url.includes('watch=true')) {
        const next = lists.length > 1 ? lists.shift() : lists[0];
        if (next) json(response, 200, next);
        else failure(response, 500, 'InternalError');
        return;
      }
      const stream = streams.shift();
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.flushHeaders();
      stream?.(response, url);
    });
  });

  afterEach(async () => {
    await watched?.stop();
    watched = undefined;
    await api.stop();
  });

  const list = (resourceVersion: string, ...items: object[]) => ({
    kind: 'ConfigMapList',
    metadata: { resourceVersion },
    items,
  });
  const send = (response: ServerResponse, type: string, object: object) =>
    response.write(`${JSON.stringify({ type, object })}\n`);

  it('lists, then follows changes from there', async () => {
    lists.push(list('10', configMap('a', '5')));
    const urls: string[] = [];
    streams.push((response, url) => {
      urls.push(url);
      send(response, 'ADDED', configMap('b', '11'));
      send(response, 'MODIFIED', configMap('a', '12'));
      send(response, 'DELETED', configMap('b', '13'));
    });
    watched = new Watched(api);
    expect(await watched.until(4)).toEqual([
      'SYNC a',
      'ADDED ConfigMap/b@11',
      'MODIFIED ConfigMap/a@12',
      'DELETED ConfigMap/b@13',
    ]);
    expect(urls[0]).toContain('allowWatchBookmarks=true&resourceVersion=10');
  });

  it('goes on from the last bookmark after the server closes', async () => {
    lists.push(list('10'));
    streams.push(response => {
      send(response, 'BOOKMARK', { metadata: { resourceVersion: '42' } });
      response.end();
    });
    const second = new Promise<string>(resolve => {
      streams.push((_, url) => resolve(url));
    });
    watched = new Watched(api);
    expect(await second).toContain('resourceVersion=42');
    expect(watched.errors).toEqual([]);
  });

  it('re-lists after 410 and tells the difference', async () => {
    lists.push(
      list('10', configMap('a', '1'), configMap('b', '2'), configMap('c', '3')),
      list(
        '90',
        configMap('a', '1'),
        configMap('b', '50'),
        configMap('d', '60'),
        configMap('c', '70', 'new-uid'),
      ),
    );
    streams.push(response => {
      const status = { kind: 'Status', code: 410, reason: 'Expired' };
      send(response, 'ERROR', status);
    });
    watched = new Watched(api);
    expect(await watched.until(5)).toEqual([
      'SYNC a,b,c',
      'MODIFIED ConfigMap/b@50',
      'ADDED ConfigMap/d@60',
      'DELETED ConfigMap/c@3',
      'ADDED ConfigMap/c@70',
    ]);
  });

  it('emits deletions that happened while nobody looked', async () => {
    lists.push(list('10', configMap('a', '1')), list('2'));
    streams.push(response => {
      const status = { kind: 'Status', code: 410, reason: 'Gone' };
      send(response, 'ERROR', status);
    });
    watched = new Watched(api);
    expect(await watched.until(2)).toEqual(['SYNC a', 'DELETED ConfigMap/a@1']);
  });

  it('opens a silent stream anew', async () => {
    lists.push(list('10'));
    streams.push(() => undefined);
    streams.push(response => send(response, 'ADDED', configMap('b', '11')));
    watched = new Watched(api);
    // One timer until the answer begins, another from there on.
    await api.clock.untilSet(150_000, 2);
    api.clock.advance(150_000);
    await watched.until(2);
    expect(watched.log).toEqual(['SYNC ', 'ADDED ConfigMap/b@11']);
    expect(watched.errors[0]).toMatchObject({ code: 'timeout' });
  });

  it('leaves out what it has told already', async () => {
    lists.push(list('10', configMap('a', '5')));
    streams.push(response => {
      send(response, 'ADDED', configMap('a', '5'));
      send(response, 'DELETED', configMap('unknown', '6'));
      send(response, 'MODIFIED', configMap('b', '7'));
      response.write('\n{"type":"NEW-KIND","object":{}}\n');
      send(response, 'ADDED', configMap('a', '8'));
    });
    watched = new Watched(api);
    expect(await watched.until(3)).toEqual([
      'SYNC a',
      'ADDED ConfigMap/b@7',
      'MODIFIED ConfigMap/a@8',
    ]);
  });

  it('outlives failures of the server and of its consumer', async () => {
    streams.push(response => send(response, 'ADDED', configMap('b', '11')));
    const abort = new AbortController();
    const errors: string[] = [];
    await api.client({ maxAttempts: 1 }).watch({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'team',
      signal: abort.signal,
      onSync: () => {
        throw new Error('consumer failed');
      },
      onEvent: () => abort.abort(),
      onError: error => {
        errors.push(error.message);
        if (errors.length === 2) lists.push(list('10'));
      },
    });
    expect(errors).toEqual([
      expect.stringContaining('the server answered 500'),
      expect.stringContaining('the server answered 500'),
      'consumer failed',
    ]);
  });

  it('asks for metadata alone where told to', async () => {
    lists.push(list('10'));
    streams.push(() => undefined);
    watched = new Watched(api, { metadataOnly: true });
    await watched.until(1);
    const [request] = api.requests('GET', COLLECTION);
    expect(request.headers.accept).toContain('as=PartialObjectMetadataList');
  });
});
