// Servers: a chart repository over plain http of the test (node:http), the sandbox's Kubernetes API.
import { hash } from 'node:crypto';
import { HelmChart } from '@backstage-gitops/plugin-gitops-common';
import { createCleartextMessage, generateKey, PrivateKey, sign } from 'openpgp';
import { migratedDatabases } from '../../../__testUtils__/databases';
import { readyOf, World } from '../../../__testUtils__/world';
import { Bench, conditionOf } from './__testUtils__/Bench';
import {
  chartArchive,
  ChartServer,
  indexOf,
} from './__testUtils__/ChartServer';

jest.setTimeout(180_000);

describe('provenance of a HelmChart', () => {
  const init = migratedDatabases();
  let world: World;
  let bench: Bench;
  let server: ChartServer;
  let key: PrivateKey;
  let stranger: PrivateKey;
  let archive: Buffer;

  beforeAll(async () => {
    server = await ChartServer.start();
    world = await World.start();
    bench = new Bench(world);
    await world.startPortal(await init('SQLITE_3'));
    await world.untilKinds(
      'helmrepositories.source.toolkit.fluxcd.io',
      'helmcharts.source.toolkit.fluxcd.io',
    );
    const newKey = async () =>
      (
        await generateKey({
          userIDs: [{ name: 'charts' }],
          format: 'object',
        })
      ).privateKey;
    key = await newKey();
    stranger = await newKey();
    archive = await chartArchive({ name: 'web', version: '1.0.0' });
    await bench.secret('keys', {
      'charts.asc': key.toPublic().armor(),
      'no-key': 'hello',
    });
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'binary', namespace: 'default' },
      data: {
        'pubring.gpg': Buffer.from(key.toPublic().write()).toString('base64'),
      },
    } as never);
    await bench.secret('strangers', {
      'charts.asc': stranger.toPublic().armor(),
    });
    await bench.secret('nothing', { 'a.asc': 'canary' });
  });

  afterAll(async () => {
    await world?.stop();
    await server?.stop();
  });

  const signed = async (
    options: {
      by?: PrivateKey;
      text?: string;
      version?: string;
      file?: string;
      digest?: string;
    } = {},
  ): Promise<string> => {
    const {
      by = key,
      version = '1.0.0',
      file = 'web-1.0.0.tgz',
      digest = hash('sha256', archive),
    } = options;
    const text =
      options.text ??
      `apiVersion: v2\nname: web\nversion: ${version}\n\n...\nfiles:\n  ${file}: sha256:${digest}\n`;
    return sign({
      message: await createCleartextMessage({ text }),
      signingKeys: by,
    });
  };

  const reconcile = async (
    name: string,
    provenance: string | undefined,
    secret: string,
  ) => {
    server.put(
      `/${name}/index.yaml?a=b`,
      indexOf({ name: 'web', version: '1.0.0', url: 'web-1.0.0.tgz' }),
    );
    server.put(`/${name}/web-1.0.0.tgz?a=b`, archive);
    if (provenance !== undefined) {
      server.put(`/${name}/web-1.0.0.tgz.prov?a=b`, provenance);
    }
    await bench.reconcile('HelmRepository', name, {
      interval: '1h',
      url: `${server.url}/${name}?a=b`,
    } as never);
    return bench.reconcile<HelmChart>('HelmChart', name, {
      chart: 'web',
      interval: '1h',
      sourceRef: { kind: 'HelmRepository', name },
      verify: {
        provider: 'cosign',
        ...(secret !== '' && { secretRef: { name: secret } }),
      },
    });
  };

  it.each(['keys', 'binary'])(
    'is verified with the keys of secret %s',
    async secret => {
      const object = await reconcile(`good-${secret}`, await signed(), secret);
      expect(readyOf(object)).toMatchObject({
        status: 'True',
        message: "pulled 'web' chart with version '1.0.0'",
      });
      expect(conditionOf(object, 'SourceVerified')).toMatchObject({
        status: 'True',
        message: 'verified signature of version 1.0.0',
      });
    },
  );

  const failures: [
    string,
    () => Promise<string | undefined>,
    RegExp,
    string?,
  ][] = [
    ['missing', async () => undefined, /\.tgz\.prov : 404 Not Found/],
    ['unsigned', async () => 'name: web', /has no signature/],
    [
      'strange',
      () => signed({ by: stranger }),
      /signed by none of the given keys/,
    ],
    [
      'tampered',
      async () =>
        (await signed({ version: '0.9.0' })).replace('0.9.0', '1.0.0'),
      /signed by none of the given keys/,
    ],
    [
      'older',
      () => signed({ version: '0.9.0' }),
      /another chart, or another version/,
    ],
    [
      'misnamed',
      () => signed({ file: 'other-1.0.0.tgz' }),
      /does not contain a SHA for a file named 'web-1.0.0.tgz'/,
    ],
    [
      'other-archive',
      () => signed({ digest: '0'.repeat(64) }),
      /does not match the one that was signed/,
    ],
    ['one-part', () => signed({ text: 'name: web\n' }), /at least two parts/],
    ['no-yaml', () => signed({ text: 'a: [\n...\n\n' }), /./],
    ['keyless', () => signed(), /name a Secret with OpenPGP public keys/, ''],
    [
      'no-secret',
      () => signed(),
      /secret 'default\/absent' not found/,
      'absent',
    ],
    ['no-keys', () => signed(), /no OpenPGP key that can be read/, 'nothing'],
  ];

  it.each(failures)(
    'refuses a chart whose provenance is: %s',
    async (name, provenance, message, secret = 'keys') => {
      const object = await reconcile(name, await provenance(), secret);
      expect(conditionOf(object, 'BuildFailed')).toMatchObject({
        reason: 'ChartVerificationError',
        message: expect.stringMatching(message),
      });
      expect(conditionOf(object, 'SourceVerified')).toMatchObject({
        status: 'False',
        reason: 'VerificationError',
      });
      expect(object.status?.artifact).toBeUndefined();
      expect(JSON.stringify(object)).not.toContain('canary');
    },
  );
});
