// Servers: the sandbox's registry and Debian's docker-registry (distribution 2.8);
// the sandbox's Kubernetes API.
import { OCIRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import { pushImage } from '../../../registries/__testUtils__/pushImage';
import {
  RegistryTestServer,
  registryTestServers,
} from '../../../registries/__testUtils__/registryTestServers';
import { ACCOUNT } from '../../../registries/__testUtils__/startDockerRegistry';
import {
  conditionOf,
  FLUX_LAYER,
  fluxArtifact,
  OciWorld,
  packFiles,
} from './__testUtils__/ociWorld';

jest.setTimeout(120_000);

const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

describe.each(registryTestServers)('OCIRepository in %s', (_, start) => {
  const init = migratedDatabases();
  let world: World;
  let oci: OciWorld;
  let server: RegistryTestServer;

  beforeAll(async () => {
    world = await World.start();
    oci = new OciWorld(world);
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds('ocirepositories.source.toolkit.fluxcd.io');
    server = await start();
  });

  afterAll(async () => {
    await world?.stop();
    await server?.stop();
  });

  const urlOf = (repository: string) => `oci://${server.address}/${repository}`;

  it('makes an artifact of a tag, and says where it came from', async () => {
    const digest = await pushImage(
      server,
      'team/tagged',
      await fluxArtifact(
        { 'app/a.yaml': 'a', 'b.jpg': 'b' },
        {
          'org.opencontainers.image.source': 'https://git.test/app',
          'org.opencontainers.image.revision': 'main@sha1:0123',
        },
      ),
      'latest',
    );
    const object = await oci.reconcile('tagged', { url: urlOf('team/tagged') });
    const revision = `latest@${digest}`;
    expect(object.status).toMatchObject({
      observedGeneration: 1,
      artifact: {
        revision,
        path: `ocirepository/default/tagged/${digest}.tar.gz`,
        metadata: {
          'org.opencontainers.image.source': 'https://git.test/app',
          'org.opencontainers.image.revision': 'main@sha1:0123',
        },
      },
      url: object.status?.artifact?.url,
    });
    expect(readyOf(object)).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      message: `stored artifact for digest '${revision}'`,
    });
    expect(await oci.filesOf(object.status?.artifact)).toEqual({
      'app/a.yaml': 'a',
    });
    expect(await world.eventsOf(object)).toContain(
      `NewArtifact: stored artifact with revision '${revision}' from '${urlOf('team/tagged')}', origin source 'https://git.test/app', origin revision 'main@sha1:0123'`,
    );
  });

  it('takes what comes first of digest, semver, tag', async () => {
    const digests: Record<string, string> = {};
    for (const tag of ['1.0.0', '1.2.0', 'v1.10.0', '2.0.0-rc.1', '1.3', 'x']) {
      digests[tag] = await pushImage(
        server,
        'team/versions',
        await fluxArtifact({ version: tag }),
        tag,
      );
    }
    const revisionOf = async (ref: OCIRepositorySpec['ref']) => {
      const url = urlOf('team/versions');
      const object = await oci.reconcile('versions', { url, ref });
      return object.status?.artifact?.revision;
    };
    expect(await revisionOf({ tag: 'x' })).toBe(`x@${digests.x}`);
    expect(await revisionOf({ tag: 'x', semver: '1.x' })).toBe(
      `v1.10.0@${digests['v1.10.0']}`,
    );
    expect(await revisionOf({ semver: '>=1.0.0-0' })).toBe(
      `2.0.0-rc.1@${digests['2.0.0-rc.1']}`,
    );
    expect(await revisionOf({ semver: '1.x', semverFilter: '^1' })).toBe(
      `1.2.0@${digests['1.2.0']}`,
    );
    expect(
      await revisionOf({ digest: digests['1.0.0'], semver: '1.x', tag: 'x' }),
    ).toBe(digests['1.0.0']);
  });

  it('finds versions of charts that hold a plus', async () => {
    const layers = [
      {
        mediaType: CHART_LAYER,
        content: await packFiles({ 'c/Chart.yaml': '' }),
      },
    ];
    await pushImage(server, 'charts/c', { layers }, '1.0.0');
    const digest = await pushImage(server, 'charts/c', { layers }, '1.1.0_b.2');
    const object = await oci.reconcile('chart', {
      url: urlOf('charts/c'),
      ref: { semver: '>1.0.0' },
      layerSelector: { mediaType: CHART_LAYER, operation: 'copy' },
    });
    expect(object.status).toMatchObject({
      artifact: { revision: `1.1.0_b.2@${digest}` },
      observedLayerSelector: { mediaType: CHART_LAYER, operation: 'copy' },
    });
    expect(await oci.contentOf(object.status?.artifact)).toEqual(
      layers[0].content,
    );
  });

  it('chooses a layer by its media type, and leaves out what is ignored', async () => {
    await pushImage(
      server,
      'team/layers',
      {
        layers: [
          { mediaType: 'text/plain', content: Buffer.from('readme') },
          {
            mediaType: FLUX_LAYER,
            content: await packFiles({
              'a.yaml': 'a',
              'sub/.sourceignore': '*.txt',
              'sub/b.txt': 'b',
              'sub/c.yaml': 'c',
            }),
          },
        ],
      },
      'v1',
    );
    const spec: Omit<OCIRepositorySpec, 'interval'> = {
      url: urlOf('team/layers'),
      ref: { tag: 'v1' },
      layerSelector: { mediaType: FLUX_LAYER },
    };
    const object = await oci.reconcile('layers', spec);
    expect(Object.keys(await oci.filesOf(object.status?.artifact))).toEqual([
      'a.yaml',
      'sub/.sourceignore',
      'sub/c.yaml',
    ]);
    const again = await oci.reconcile('layers', { ...spec, ignore: '/a.yaml' });
    expect(again.status?.observedIgnore).toBe('/a.yaml');
    expect(Object.keys(await oci.filesOf(again.status?.artifact))).toEqual([
      'sub/.sourceignore',
      'sub/c.yaml',
    ]);
    expect(again.status?.artifact?.revision).toBe(
      object.status?.artifact?.revision,
    );
  });

  it('follows a tag that moves, and packs the same to the same', async () => {
    const files = { 'a.yaml': 'a', 'b.yaml': 'b' };
    const spec = { url: urlOf('team/moving'), ref: { tag: 'main' } };
    await pushImage(server, 'team/moving', await fluxArtifact(files), 'main');
    const first = await oci.reconcile('moving', spec);
    const annotated = await fluxArtifact(files, { made: 'again' });
    const digest = await pushImage(server, 'team/moving', annotated, 'main');
    const second = await oci.reconcile('moving', spec);
    expect(second.status?.artifact).toMatchObject({
      revision: `main@${digest}`,
      digest: first.status?.artifact?.digest,
      metadata: { made: 'again' },
    });
    expect(conditionOf(second, 'ArtifactOutdated')).toBeUndefined();
  });

  it('logs in with the pull secret of its object or of a ServiceAccount', async () => {
    const guarded = await start({ basicAuth: true });
    try {
      const authorization = `Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')}`;
      await pushImage(
        { ...guarded, authorization },
        'private/app',
        await fluxArtifact({ a: 'a' }),
        'latest',
      );
      const url = `oci://${guarded.address}/private/app`;
      await oci.pullSecret('registry', {
        [guarded.address]: { username: 'ci', password: 'wrong' },
        [`https://${guarded.address}/private/`]: {
          auth: Buffer.from('ci:secret').toString('base64'),
        },
      });
      const bySecret = await oci.reconcile('by-secret', {
        url,
        secretRef: { name: 'registry' },
      });
      expect(readyOf(bySecret)).toMatchObject({ status: 'True' });
      await world.apply({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'puller', namespace: 'default' },
        imagePullSecrets: [{ name: 'registry' }],
      });
      const byAccount = await oci.reconcile('by-account', {
        url,
        serviceAccountName: 'puller',
      });
      expect(readyOf(byAccount)).toMatchObject({ status: 'True' });
      const nobody = await oci.reconcile('by-nobody', { url });
      expect(readyOf(nobody)).toMatchObject({
        status: 'False',
        reason: 'OCIArtifactPullFailed',
        message: expect.stringMatching(
          /^failed to determine artifact digest: access to .* is refused/,
        ),
      });
    } finally {
      await guarded.stop();
    }
  });
});
