// Servers: the sandbox's registry and Debian's docker-registry (distribution 2.8);
// the sandbox's Kubernetes API.
import { generateKeyPairSync, KeyObject, sign } from 'node:crypto';
import {
  HelmChart,
  HelmChartSpec,
  HelmRepositorySpec,
} from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import { pushImage } from '../../../registries/__testUtils__/pushImage';
import {
  RegistryTestServer,
  registryTestServers,
} from '../../../registries/__testUtils__/registryTestServers';
import { ACCOUNT } from '../../../registries/__testUtils__/startDockerRegistry';
import { Bench, conditionOf } from './__testUtils__/Bench';
import { chartArchive } from './__testUtils__/ChartServer';

jest.setTimeout(180_000);

const CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const SIGNATURE = 'application/vnd.dev.cosign.simplesigning.v1+json';

describe.each(registryTestServers)('HelmChart in %s', (_, start) => {
  const init = migratedDatabases();
  let world: World;
  let bench: Bench;
  let server: RegistryTestServer;
  let guarded: RegistryTestServer;

  beforeAll(async () => {
    world = await World.start();
    bench = new Bench(world);
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds(
      'helmrepositories.source.toolkit.fluxcd.io',
      'helmcharts.source.toolkit.fluxcd.io',
      'gitrepositories.source.toolkit.fluxcd.io',
    );
    server = await start();
    guarded = await start({ basicAuth: true });
  });

  afterAll(async () => {
    await world?.stop();
    await server?.stop();
    await guarded?.stop();
  });

  const authorization = `Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')}`;

  /** Pushes a chart as Helm does; gives its archive and the manifest's digest. */
  const push = async (
    repository: string,
    chart: { name: string; version: string },
    options: {
      registry?: RegistryTestServer;
      mediaType?: string;
      files?: Record<string, string>;
    } = {},
  ) => {
    const archive = await chartArchive(chart, options.files);
    const { registry = server } = options;
    const digest = await pushImage(
      {
        url: registry.url,
        ...(registry === guarded && { authorization }),
      },
      repository,
      {
        config: {
          mediaType: CONFIG,
          content: Buffer.from(JSON.stringify({ apiVersion: 'v2', ...chart })),
        },
        layers: [{ mediaType: options.mediaType ?? LAYER, content: archive }],
      },
      chart.version.replaceAll('+', '_'),
    );
    return { archive, digest };
  };

  const repository = (name: string, spec: Partial<HelmRepositorySpec> = {}) =>
    bench.apply('HelmRepository', name, {
      type: 'oci',
      url: `oci://${server.address}/${name}`,
      insecure: true,
      ...spec,
    });

  const reconcile = (name: string, spec: Partial<HelmChartSpec> = {}) =>
    bench.reconcile<HelmChart>('HelmChart', name, {
      chart: 'web',
      interval: '1h',
      sourceRef: { kind: 'HelmRepository', name },
      ...spec,
    });

  it('is stored as it was pulled', async () => {
    const { archive } = await push('plain/web', {
      name: 'web',
      version: '1.0.0',
    });
    await repository('plain');
    const object = await reconcile('plain', { version: '1.0.0' });
    expect(readyOf(object)).toMatchObject({
      status: 'True',
      reason: 'ChartPullSucceeded',
      message: "pulled 'web' chart with version '1.0.0'",
    });
    expect(object.status).toMatchObject({
      observedChartName: 'web',
      artifact: {
        revision: '1.0.0',
        path: 'helmchart/default/plain/web-1.0.0.tgz',
      },
    });
    expect(object.status?.observedSourceArtifactRevision).toBeUndefined();
    expect(await bench.archiveOf(object)).toEqual(archive);
  });

  it.each([
    ['*', '1.1.0'],
    ['~1.0', '1.0.1+build.5'],
    ['>=1.0.0-0', '2.0.0-rc.1'],
    ['1.0.1+build.5', '1.0.1+build.5'],
  ])('has the version that %j means', async (version, expected) => {
    const name = `ranges${version.replace(/[^0-9]/g, '')}`;
    for (const one of ['1.0.0', '1.0.1+build.5', '1.1.0', '2.0.0-rc.1']) {
      await push(`${name}/web`, { name: 'web', version: one });
    }
    await pushImage(server, `${name}/web`, { layers: [] }, 'latest');
    await repository(name);
    const object = await reconcile(name, { version });
    expect(object.status?.artifact?.revision).toBe(expected);
  });

  it('has other values, and is made anew only where something changed', async () => {
    await push(
      'valued/team/web',
      { name: 'web', version: '1.0.0' },
      { files: { 'values.yaml': 'a: 1\n', 'prod.yaml': 'a: 2\n' } },
    );
    await repository('valued');
    const spec = { chart: 'team/web', valuesFiles: ['prod.yaml'] };
    const object = await reconcile('valued', spec);
    expect(readyOf(object)?.message).toBe(
      "packaged 'team/web' chart with version '1.0.0+1' and merged values files [prod.yaml]",
    );
    expect((await bench.chartOf(object)).values).toEqual({ a: 2 });
    const again = await reconcile('valued', spec);
    expect(again.status?.artifact?.lastUpdateTime).toBe(
      object.status?.artifact?.lastUpdateTime,
    );
  });

  it('takes the layer that Helm once had', async () => {
    await push(
      'legacy/web',
      { name: 'web', version: '1.0.0' },
      { mediaType: 'application/tar+gzip' },
    );
    await repository('legacy');
    expect(readyOf(await reconcile('legacy'))?.status).toBe('True');
  });

  it('is pulled with a user and a password, or as a Docker configuration says', async () => {
    const url = `oci://${guarded.address}/guarded`;
    await push(
      'guarded/web',
      { name: 'web', version: '1.0.0' },
      { registry: guarded },
    );
    await repository('guarded', { url });
    const denied = await reconcile('guarded');
    expect(conditionOf(denied, 'FetchFailed')).toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringMatching(
        /^failed to authenticate with the Helm repository: chart pull error: /,
      ),
    });
    await bench.secret('basic', ACCOUNT);
    await bench.secret('docker', {
      '.dockerconfigjson': JSON.stringify({
        auths: { [guarded.address]: ACCOUNT },
      }),
    });
    for (const name of ['basic', 'docker']) {
      await repository('guarded', { url, secretRef: { name } });
      const allowed = await reconcile('guarded', {
        version: `1.x || ${name === 'basic' ? 8 : 9}`,
      });
      expect(readyOf(allowed)?.status).toBe('True');
      expect(JSON.stringify(allowed)).not.toContain(ACCOUNT.password);
    }
  });

  it.each([
    ['half', { username: 'me' }, "invalid 'default/half' secret data"],
    [
      'elsewhere',
      { '.dockerconfigjson': '{"auths":{"other.test":{"auth":"YTpi"}}}' },
      'no auth config for',
    ],
    ['no-json', { '.dockerconfigjson': 'canary' }, 'it is no JSON'],
  ] as [string, Record<string, string>, string][])(
    'is refused with a secret that is %s',
    async (name, data, message) => {
      await bench.secret(name, data);
      await repository(name, { secretRef: { name } });
      const object = await reconcile(name);
      expect(conditionOf(object, 'FetchFailed')).toMatchObject({
        reason: 'AuthenticationFailed',
        message: expect.stringContaining(message),
      });
      expect(JSON.stringify(object.status)).not.toContain('canary');
    },
  );

  it.each([
    [
      'no-tag',
      { version: '1.0.0' },
      'ChartPullError',
      /no-tag\/web\/manifests\/1.0.0/,
    ],
    ['no-range', { version: '1.x' }, 'ChartPullError', /./],
    [
      'no-match',
      { version: '9.x' },
      'ChartPullError',
      /could not locate a version matching provided version string 9.x$/,
    ],
    [
      'no-name',
      { chart: '../web' },
      'InvalidChartReference',
      /invalid chart name/,
    ],
  ] as [string, Partial<HelmChartSpec>, string, RegExp][])(
    '%s: says what is wrong',
    async (name, spec, reason, message) => {
      if (name === 'no-match') {
        await push('no-match/web', { name: 'web', version: '1.0.0' });
      }
      await repository(name);
      const object = await reconcile(name, spec);
      expect(conditionOf(object, 'FetchFailed')).toMatchObject({
        reason,
        message: expect.stringMatching(message),
      });
    },
  );

  it('stalls where the URL is none of a registry', async () => {
    await repository('http', { url: 'http://127.0.0.1/charts' });
    const object = await reconcile('http');
    expect(conditionOf(object, 'Stalled')).toMatchObject({
      reason: 'Failed',
      message:
        'failed to construct Helm client: invalid OCI registry URL: http://127.0.0.1/charts',
    });
  });

  it('may be a dependency', async () => {
    await push('deps/db', { name: 'db', version: '1.2.0' });
    const url = `oci://${server.address}/deps`;
    await repository('deps', { url });
    await bench.sourceOf('GitRepository', 'umbrella', {
      'app/Chart.yaml': JSON.stringify({
        ...{ apiVersion: 'v2', name: 'app', version: '0.1.0' },
        dependencies: [{ name: 'db', version: '1.x', repository: url }],
      }),
    });
    const object = await bench.reconcile<HelmChart>('HelmChart', 'umbrella', {
      chart: 'app',
      interval: '1h',
      sourceRef: { kind: 'GitRepository', name: 'umbrella' },
    });
    expect(
      (await bench.chartOf(object)).dependencies.map(
        ({ metadata: { name, version } }) => [name, version],
      ),
    ).toEqual([['db', '1.2.0']]);
  });

  describe('with a signature', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
    });

    const signChart = (name: string, digest: string, key: KeyObject) => {
      const payload = Buffer.from(
        JSON.stringify({
          critical: {
            identity: { 'docker-reference': '' },
            image: { 'docker-manifest-digest': digest },
            type: 'cosign container image signature',
          },
          optional: null,
        }),
      );
      return pushImage(
        server,
        name,
        {
          layers: [
            {
              mediaType: SIGNATURE,
              content: payload,
              annotations: {
                'dev.cosignproject.cosign/signature': sign(
                  'sha256',
                  payload,
                  key,
                ).toString('base64'),
              },
            },
          ],
        },
        `${digest.replace(':', '-')}.sig`,
      );
    };

    const verify = {
      provider: 'cosign' as const,
      secretRef: { name: 'cosign' },
    };

    beforeAll(() =>
      bench.secret('cosign', {
        'cosign.pub': publicKey
          .export({ type: 'spki', format: 'pem' })
          .toString(),
      }),
    );

    it('is pulled where that is by a key of the Secret', async () => {
      const { digest } = await push('signed/web', {
        name: 'web',
        version: '1.0.0',
      });
      await signChart('signed/web', digest, privateKey);
      await repository('signed');
      const object = await reconcile('signed', { verify });
      expect(readyOf(object)?.status).toBe('True');
      expect(conditionOf(object, 'SourceVerified')).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
        message: 'verified signature of version 1.0.0',
      });
      const without = await reconcile('signed');
      expect(conditionOf(without, 'SourceVerified')).toBeUndefined();
    });

    it.each(['unsigned', 'forged', 'keyless'])(
      'is not pulled where it is %s',
      async name => {
        const { digest } = await push(`${name}/web`, {
          name: 'web',
          version: '1.0.0',
        });
        if (name === 'forged') {
          const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
          await signChart(`${name}/web`, digest, other.privateKey);
        }
        await repository(name);
        const object = await reconcile(name, {
          verify: name === 'keyless' ? { provider: 'cosign' } : verify,
        });
        expect(conditionOf(object, 'BuildFailed')).toMatchObject({
          reason: 'ChartVerificationError',
          message: expect.stringMatching(
            /^chart verification error: failed to verify oci:/,
          ),
        });
        expect(conditionOf(object, 'SourceVerified')).toMatchObject({
          status: 'False',
          reason: 'VerificationError',
        });
        expect(conditionOf(object, 'Stalled')).toBeUndefined();
        expect(object.status?.artifact).toBeUndefined();
      },
    );
  });
});
