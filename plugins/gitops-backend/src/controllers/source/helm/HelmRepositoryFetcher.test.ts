// Servers: an index over plain http of the test (node:http), the sandbox's Kubernetes API.
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  GitopsObject,
  HelmRepository,
  helmRepositoryKind,
  HelmRepositorySpec,
} from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import { FileArtifactStore } from '../../../artifacts/FileArtifactStore';
import { PATIENCE } from './__testUtils__/Bench';
import { ChartServer, indexOf } from './__testUtils__/ChartServer';

jest.setTimeout(180_000);

const INDEX = indexOf({ name: 'web', version: '1.2.3' });

describe('HelmRepository', () => {
  const init = migratedDatabases();
  let world: World;
  let server: ChartServer;
  let asked = 0;

  beforeAll(async () => {
    server = await ChartServer.start();
    world = await World.start();
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds('helmrepositories.source.toolkit.fluxcd.io');
  });

  afterAll(async () => {
    await world?.stop();
    await server?.stop();
  });

  const ref = (name: string) => ({
    apiVersion: helmRepositoryKind.apiVersion,
    kind: 'HelmRepository',
    namespace: 'default',
    name,
  });

  const settled = (object: HelmRepository | undefined) =>
    ['True', 'False'].includes(readyOf(object!)?.status ?? '');

  /** Applies a repository and waits for what the wanted condition tells. */
  const reconcile = async (
    name: string,
    spec: Partial<HelmRepositorySpec>,
    wanted: (object: HelmRepository | undefined) => boolean = settled,
  ) => {
    const requested = `request-${++asked}`;
    await world.apply({
      apiVersion: helmRepositoryKind.apiVersion,
      kind: 'HelmRepository',
      metadata: {
        name,
        namespace: 'default',
        annotations: { 'reconcile.fluxcd.io/requestedAt': requested },
      },
      spec: { interval: '1h', url: `${server.url}/${name}`, ...spec },
    } as unknown as GitopsObject);
    return world.until<HelmRepository>(
      ref(name),
      object =>
        object?.status?.lastHandledReconcileAt === requested && wanted(object),
      PATIENCE,
    );
  };

  const condition = (object: HelmRepository, type: string) =>
    object.status?.conditions?.find(each => each.type === type);

  const contentOf = async (object: HelmRepository) => {
    const store = new FileArtifactStore({
      directory: `${world.directory}/artifacts`,
    });
    const chunks: Buffer[] = [];
    for await (const chunk of await store.open(
      object.status!.artifact!.digest,
    )) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  };

  it('stores the index as JSON, with the digest of what was fetched as revision', async () => {
    const yaml = [
      'apiVersion: v1',
      'entries:',
      '  web:',
      '    - {name: web, version: 1.0.0, urls: [web-1.0.0.tgz]}',
      '    - {name: web, version: nonsense, urls: [x]}',
      '    - {name: web, version: 1.10.0, urls: [web-1.10.0.tgz]}',
      '',
    ].join('\n');
    server.put('/stored/index.yaml', yaml);
    const object = await reconcile('stored', {});
    const revision = `sha256:${hash('sha256', yaml)}`;
    const { artifact } = object.status!;
    expect(object.status).toMatchObject({
      observedGeneration: 1,
      url: artifact!.url,
      artifact: {
        revision,
        path: `helmrepository/default/stored/index-${hash('sha256', yaml)}.yaml`,
      },
    });
    for (const type of ['Ready', 'ArtifactInStorage']) {
      expect(condition(object, type)).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
        message: `stored artifact: revision '${revision}'`,
      });
    }
    const index = JSON.parse(await contentOf(object));
    expect(
      index.entries.web.map(({ version }: { version: string }) => version),
    ).toEqual(['1.10.0', '1.0.0']);
    expect(await world.eventsOf(object)).toContain(
      `NewArtifact: stored fetched index of size ${artifact!.size}B from '${server.url}/stored'`,
    );
  });

  it('keeps the query of the URL, and takes an index that is packed on its way', async () => {
    server.put('/query/index.yaml?token=x', ({ headers }, response) => {
      expect(headers['accept-encoding']).toContain('gzip');
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(INDEX));
    });
    const object = await reconcile('query', {
      url: `${server.url}/query?token=x`,
    });
    expect(object.status?.artifact?.revision).toBe(
      `sha256:${hash('sha256', INDEX)}`,
    );
  });

  it('does nothing where the index is the same, and makes another where it is not', async () => {
    server.put('/same/index.yaml', INDEX);
    const first = await reconcile('same', {});
    const second = await reconcile('same', { timeout: '30s' });
    expect(second.status?.artifact?.lastUpdateTime).toBe(
      first.status?.artifact?.lastUpdateTime,
    );
    expect(second.status?.observedGeneration).toBe(2);
    const other = indexOf({ name: 'web', version: '2.0.0' });
    server.put('/same/index.yaml', other);
    const third = await reconcile('same', {});
    expect(third.status?.artifact?.revision).toBe(
      `sha256:${hash('sha256', other)}`,
    );
    expect(condition(third, 'ArtifactOutdated')).toBeUndefined();
  });

  it('keeps the old index while there is no new one, and recovers', async () => {
    server.put('/kept/index.yaml', INDEX);
    await reconcile('kept', {});
    server.put('/kept/index.yaml', (_, response) => {
      response.statusCode = 503;
      response.end();
    });
    const failed = await reconcile('kept', {});
    expect(failed.status?.artifact).toBeDefined();
    expect(condition(failed, 'Reconciling')?.reason).toBe(
      'ProgressingWithRetry',
    );
    server.put('/kept/index.yaml', INDEX);
    const again = await reconcile('kept', {});
    expect(readyOf(again)?.status).toBe('True');
    expect(condition(again, 'FetchFailed')).toBeUndefined();
  });

  const stalls: [string, string, Partial<HelmRepositorySpec>, string][] = [
    [
      'oci-url',
      'a URL of a registry',
      { url: 'oci://127.0.0.1/charts' },
      "invalid Helm repository URL: 'oci' URL scheme cannot be used with 'default' HelmRepository type",
    ],
    [
      'bad-url',
      'a URL that is none',
      { url: 'http://a b/' },
      'invalid Helm repository URL: it cannot be parsed',
    ],
  ];

  it.each(stalls)('%s: stalls with %s', async (name, _, spec, message) => {
    const object = await reconcile(name, spec);
    for (const type of ['Stalled', 'FetchFailed']) {
      expect(condition(object, type)).toMatchObject({
        status: 'True',
        reason: 'URLInvalid',
        message,
      });
    }
    expect(condition(object, 'Reconciling')).toBeUndefined();
    expect(object.status?.observedGeneration).toBe(1);
  });

  const answers: [string, string, string, string][] = [
    ['empty', '', 'IndexationFailed', 'the index is empty'],
    ['no-version', '{"entries": {}}', 'IndexationFailed', 'no apiVersion'],
    [
      'unknown-field',
      'apiVersion: v1\nentries: {}\nstrange: 1\n',
      'IndexationFailed',
      'failed to load Helm repository from index YAML: ',
    ],
    ['html', '<html><body>hello', 'IndexationFailed', 'index'],
    [
      'laughs',
      `apiVersion: v1\na: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi']
        .map((letter, i) => {
          const before = 'abcdefghi'[i];
          return `${letter}: &${letter} [${Array(9).fill(`*${before}`)}]\n`;
        })
        .join('')}`,
      'IndexationFailed',
      'failed to load Helm repository from index YAML: ',
    ],
    [
      'deep',
      `{"apiVersion": "v1", "entries": ${'['.repeat(100_000)}`,
      'IndexationFailed',
      'failed to load Helm repository from index YAML: ',
    ],
  ];

  it.each(answers)(
    'refuses an index that is %s',
    async (name, index, reason, message) => {
      server.put(`/${name}/index.yaml`, index);
      const object = await reconcile(name, {});
      expect(condition(object, 'FetchFailed')).toMatchObject({
        status: 'True',
        reason,
        message: expect.stringContaining(message),
      });
      expect(readyOf(object)).toMatchObject({ status: 'False', reason });
      expect(object.status?.artifact).toBeUndefined();
    },
  );

  it('takes names of objects of JavaScript for names of charts', async () => {
    server.put(
      '/proto/index.yaml',
      '{"apiVersion":"v1","entries":{"__proto__":[{"name":"__proto__","version":"1.0.0","urls":["x"]}],"constructor":[]}}',
    );
    const object = await reconcile('proto', {});
    expect(readyOf(object)?.status).toBe('True');
    expect(({} as { urls?: unknown }).urls).toBeUndefined();
  });

  it('says what the server answered, without what the query holds', async () => {
    const object = await reconcile('missing', {
      url: `${server.url}/missing?token=secret`,
    });
    expect(readyOf(object)).toMatchObject({
      reason: 'Failed',
      message: `failed to fetch Helm repository index: failed to fetch ${server.url}/missing/index.yaml : 404 Not Found`,
    });
  });

  it('reads no more of an index than is allowed', async () => {
    let most = 0;
    server.put('/endless/index.yaml', (_, response) => {
      // It may be asked more than once.
      let sent = 0;
      const piece = Buffer.alloc(1024 * 1024, ' ');
      const more = () => {
        while (sent < 100 && !response.destroyed) {
          sent++;
          most = Math.max(most, sent);
          if (!response.write(piece)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const object = await reconcile('endless', {});
    expect(readyOf(object)).toMatchObject({
      reason: 'Failed',
      message: expect.stringContaining('more than the 52428800 bytes'),
    });
    expect(most).toBeLessThan(100);
  });

  it('does not wait for longer than spec.timeout', async () => {
    server.put('/silent/index.yaml', () => {});
    const object = await reconcile('silent', { timeout: '200ms' });
    expect(readyOf(object)?.message).toMatch(
      /did not answer within 200ms|no answer within spec.timeout/,
    );
  });

  it('is only looked at when a chart is wanted where its type is oci', async () => {
    server.put('/turned/index.yaml', INDEX);
    await reconcile('turned', {});
    await world.apply({
      apiVersion: helmRepositoryKind.apiVersion,
      kind: 'HelmRepository',
      metadata: { name: 'turned', namespace: 'default' },
      spec: { type: 'oci', url: 'oci://127.0.0.1/charts' },
    } as unknown as GitopsObject);
    const object = await world.until<HelmRepository>(
      ref('turned'),
      found =>
        found?.metadata.finalizers === undefined &&
        found?.status?.artifact === undefined,
      PATIENCE,
    );
    expect(object.status?.conditions ?? []).toEqual([]);
  });
});
