import { createHash } from 'node:crypto';
import { createServer, Server } from 'node:http';
import { once } from 'node:events';
import { AddressInfo } from 'node:net';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ExternalArtifact,
  GitRepository,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  gitRepository,
  kustomization,
  readyOf,
  World,
} from '../../__testUtils__/world';
import { packFiles } from '../source/oci/__testUtils__/ociWorld';
import { pushImage } from '../../registries/__testUtils__/pushImage';
import { fluxArtifact } from '../source/oci/__testUtils__/ociWorld';
import { conditionOf, configMap } from './__testUtils__/Scene';

jest.setTimeout(240_000);

const WAIT_MS = 120_000;
const SOURCES = 'source.toolkit.fluxcd.io/v1';

describe('the source of a Kustomization', () => {
  const init = migratedDatabases();
  let world: World;

  const until = (name: string, wanted: (object: Kustomization) => boolean) =>
    world.until<Kustomization>(
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        namespace: 'default',
        name,
      },
      object => object !== undefined && wanted(object),
      WAIT_MS,
    );

  const delivered = (name: string, revision?: string) =>
    until(
      name,
      object =>
        readyOf(object)?.status === 'True' &&
        (!revision || object.status?.lastAppliedRevision === revision),
    );

  const refused = (name: string, reason: string) =>
    until(
      name,
      object =>
        readyOf(object)?.status === 'False' &&
        readyOf(object)?.reason === reason,
    );

  const valueOf = async (name: string) => {
    const live = await world.client.get<
      KubernetesObject & { data: { value: string } }
    >({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name });
    return live?.data.value;
  };

  const start = async (options = {}) => {
    const portal = await world.startPortal(await init('SQLITE_3'), options);
    await world.untilKinds(
      ...[
        'gitrepositories',
        'ocirepositories',
        'buckets',
        'externalartifacts',
      ].map(kind => `${kind}.source.toolkit.fluxcd.io`),
      'kustomizations.kustomize.toolkit.fluxcd.io',
    );
    return portal;
  };

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  it('is an OCIRepository or a Bucket as well', async () => {
    await start();
    const { registry, s3 } = world.sandbox;
    await pushImage(
      registry,
      'team/app',
      await fluxArtifact({ 'app/a.yaml': configMap('of-image') }),
      'v1',
    );
    await world.apply({
      apiVersion: SOURCES,
      kind: 'OCIRepository',
      metadata: { name: 'image', namespace: 'default' },
      spec: {
        interval: '1h',
        insecure: true,
        url: `oci://${new URL(registry.url).host}/team/app`,
        ref: { tag: 'v1' },
      },
    } as KubernetesObject);
    await s3.createBucket('configs', {
      'app/a.yaml': configMap('of-bucket'),
    });
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'default' },
      stringData: {
        accesskey: s3.accessKeyId,
        secretkey: s3.secretAccessKey,
      },
    } as KubernetesObject);
    await world.apply({
      apiVersion: SOURCES,
      kind: 'Bucket',
      metadata: { name: 'bucket', namespace: 'default' },
      spec: {
        interval: '1h',
        insecure: true,
        provider: 'generic',
        endpoint: s3.endpoint,
        bucketName: 'configs',
        secretRef: { name: 'keys' },
      },
    } as KubernetesObject);
    await world.apply(
      kustomization(
        { sourceRef: { kind: 'OCIRepository', name: 'image' } },
        'image',
      ),
    );
    await world.apply(
      kustomization(
        { sourceRef: { kind: 'Bucket', name: 'bucket' } },
        'bucket',
      ),
    );
    expect((await delivered('image')).status?.lastAppliedRevision).toMatch(
      /^v1@sha256:/,
    );
    expect((await delivered('bucket')).status?.lastAppliedRevision).toMatch(
      /^sha256:/,
    );
    expect(await valueOf('of-image')).toBe('1');
    expect(await valueOf('of-bucket')).toBe('1');
  });

  it('may be in another namespace, unless that is forbidden', async () => {
    const { url } = await world.sandbox.git.createRepository('team/app', {
      'app/a.yaml': configMap('shared'),
    });
    const portal = await start();
    await world.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shared' },
    });
    const { spec } = gitRepository(url);
    await world.apply<KubernetesObject>({
      apiVersion: SOURCES,
      kind: 'GitRepository',
      metadata: { name: 'repo', namespace: 'shared' },
      spec: { ...spec },
    } as KubernetesObject);
    const sourceRef = {
      kind: 'GitRepository' as const,
      name: 'repo',
      namespace: 'shared',
    };
    await world.apply(kustomization({ sourceRef }));
    await delivered('app');
    await world.stopPortal(portal);

    await start({ noCrossNamespaceRefs: true });
    await world.apply(kustomization({ sourceRef, interval: '2h' }));
    const denied = await refused('app', 'AccessDenied');
    const message =
      "can't access 'GitRepository/shared/repo', cross-namespace references have been blocked";
    expect(conditionOf(denied, 'Ready')).toEqual([
      'False',
      'AccessDenied',
      message,
    ]);
    expect(conditionOf(denied, 'Stalled')).toEqual([
      'True',
      'AccessDenied',
      message,
    ]);
    expect((await world.eventsOf(denied)).join('\n')).toContain(message);
    // What is delivered stays.
    expect(await valueOf('shared')).toBe('1');
    expect(denied.status?.inventory?.entries).toHaveLength(1);
  });

  it('is waited for where it is not there, or has nothing yet', async () => {
    await start();
    await world.apply(kustomization());
    const missing = await refused('app', 'ArtifactFailed');
    expect(conditionOf(missing, 'Ready')?.[2]).toBe(
      "Source 'GitRepository/default/repo' not found",
    );
    const { url } = await world.sandbox.git.createRepository(
      'team/app',
      { 'app/a.yaml': configMap('late') },
      { access: { basic: { username: 'ann', password: 'secret' } } },
    );
    await world.apply(gitRepository(url));
    await world.until<GitRepository>(
      { ...gitRepository(url), namespace: 'default', name: 'repo' },
      object => readyOf(object)?.status === 'False',
      WAIT_MS,
    );
    await world.apply(kustomization({}, 'other'));
    const empty = await refused('other', 'ArtifactFailed');
    expect(conditionOf(empty, 'Ready')?.[2]).toBe(
      'Source artifact not found, retrying in 30s',
    );
    world.sandbox.git.setAccess('team/app', undefined);
    await world.client.patch(
      {
        apiVersion: SOURCES,
        kind: 'GitRepository',
        namespace: 'default',
        name: 'repo',
      },
      {
        type: 'merge',
        body: {
          metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': '1' } },
        },
      },
    );
    // Its news wakes both.
    await delivered('app');
    await delivered('other');
  });

  it('is said to be not ready where its artifact was lost', async () => {
    const { url } = await world.sandbox.git.createRepository('team/app', {
      'app/a.yaml': configMap('lost'),
    });
    const database = await init('SQLITE_3');
    const portal = await world.startPortal(database);
    await world.untilKinds(
      'gitrepositories.source.toolkit.fluxcd.io',
      'kustomizations.kustomize.toolkit.fluxcd.io',
    );
    await world.apply(gitRepository(url));
    await world.until<GitRepository>(
      { ...gitRepository(url), namespace: 'default', name: 'repo' },
      object => object?.status?.artifact !== undefined,
      WAIT_MS,
    );
    await world.stopPortal(portal);
    await rm(path.join(world.directory, 'artifacts', 'sha256'), {
      recursive: true,
    });
    await world.startPortal(database);
    await world.apply(kustomization());
    const waiting = await refused('app', 'ArtifactFailed');
    expect(conditionOf(waiting, 'Ready')?.[2]).toBe(
      'Source is not ready, artifact not found, retrying in 30s',
    );
    expect(conditionOf(waiting, 'Stalled')).toBeUndefined();
  });

  describe('that somebody else made', () => {
    let server: Server;
    let answers: Map<string, Buffer>;
    const ref = {
      apiVersion: SOURCES,
      kind: 'ExternalArtifact',
      namespace: 'default',
      name: 'made',
    };

    beforeEach(async () => {
      answers = new Map();
      server = createServer((request, response) => {
        const answer = answers.get(request.url!);
        response.writeHead(answer ? 200 : 404);
        response.end(answer);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterEach(() => {
      server.close();
    });

    const digestOf = (content: Uint8Array) =>
      `sha256:${createHash('sha256').update(content).digest('hex')}`;

    /** Reports an artifact as its maker does. */
    const report = async (revision: string, digest: string) => {
      if (!(await world.client.get(ref))) {
        await world.apply({
          apiVersion: SOURCES,
          kind: 'ExternalArtifact',
          metadata: { name: 'made', namespace: 'default' },
          spec: {},
        } as KubernetesObject);
      }
      const { port } = server.address() as AddressInfo;
      await world.client.patch<ExternalArtifact>(ref, {
        type: 'merge',
        subresource: 'status',
        body: {
          status: {
            artifact: {
              path: `externalartifact/default/made/${revision}.tar.gz`,
              url: `http://127.0.0.1:${port}/${revision}.tar.gz`,
              revision,
              digest,
              lastUpdateTime: new Date().toISOString(),
            },
            conditions: [
              {
                type: 'Ready',
                status: 'True',
                reason: 'Succeeded',
                message: 'made',
                lastTransitionTime: new Date().toISOString(),
              },
            ],
          },
        },
      });
    };

    it('is fetched from where it is, and held to its digest', async () => {
      await start();
      const first = await packFiles({ 'app/a.yaml': configMap('made') });
      answers.set('/one.tar.gz', first);
      await report('one', digestOf(first));
      await world.apply(
        kustomization({
          sourceRef: { kind: 'ExternalArtifact', name: 'made' },
        }),
      );
      await delivered('app', 'one');
      expect(await valueOf('made')).toBe('1');

      // The news of another revision is enough.
      const second = await packFiles({
        'app/a.yaml': configMap('made', { value: '2' }),
      });
      answers.set('/two.tar.gz', second);
      await report('two', digestOf(second));
      await delivered('app', 'two');
      expect(await valueOf('made')).toBe('2');

      const third = await packFiles({
        'app/a.yaml': configMap('made', { value: '3' }),
      });
      answers.set('/three.tar.gz', third);
      await report('three', digestOf(Buffer.from('something else')));
      const failed = await refused('app', 'ArtifactFailed');
      expect(conditionOf(failed, 'Ready')?.[2]).toMatch(
        /^the artifact of revision three is sha256:.* at 127\.0\.0\.1:\d+, and not sha256:/,
      );
      expect(await valueOf('made')).toBe('2');
    });

    it('is waited for where it is not there', async () => {
      await start();
      await report('none', digestOf(Buffer.from('none')));
      await world.apply(
        kustomization({
          sourceRef: { kind: 'ExternalArtifact', name: 'made' },
        }),
      );
      const waiting = await refused('app', 'ArtifactFailed');
      expect(conditionOf(waiting, 'Ready')?.[2]).toBe(
        'Source is not ready, artifact not found, retrying in 30s',
      );
    });
  });
});
