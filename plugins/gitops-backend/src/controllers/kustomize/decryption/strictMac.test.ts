// Servers: the sandbox's Kubernetes API and its Git server (git http-backend). The
// encrypted file was written by sops itself, and is changed here.
import { migratedDatabases } from '../../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../../__testUtils__/world';
import fixtures from '../../../secrets/sops/__fixtures__/files.json';

jest.setTimeout(120_000);

const MANIFEST = fixtures.cases.find(
  each => each.name === 'manifest' && each.format === 'yaml',
)!.encrypted;

describe('strictMac', () => {
  const init = migratedDatabases();
  let world: World;

  beforeAll(async () => {
    world = await deliveryWorld(
      init('SQLITE_3'),
      {
        'whole/secret.yaml': MANIFEST,
        'changed/secret.yaml': MANIFEST.replace(
          'name: credentials',
          'name: changed',
        ),
      },
      { strictMac: true },
    );
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'default' },
      data: {
        'identity.agekey': Buffer.from(fixtures.identities[0]).toString(
          'base64',
        ),
      },
    });
  });

  afterAll(async () => {
    await world?.stop();
  });

  const settle = async (name: string) => {
    await world.apply(
      kustomization(
        {
          ...{ prune: false, timeout: '30s', retryInterval: '1h' },
          path: `./${name}`,
          decryption: { provider: 'sops', secretRef: { name: 'keys' } },
          postBuild: { substitute: { region: 'eu' } },
        },
        name,
      ),
    );
    return readyOf(
      await untilKustomization(world, name, object =>
        ['True', 'False'].includes(readyOf(object)?.status ?? ''),
      ),
    );
  };

  it('fails the build of a file that was changed after it was encrypted', async () => {
    expect(await settle('changed')).toMatchObject({
      status: 'False',
      reason: 'BuildFailed',
      message: expect.stringMatching(
        /^values were changed, added or taken away since sops encrypted changed\/secret.yaml: /,
      ),
    });
    expect(
      await world.client.get({
        ...{ apiVersion: 'v1', kind: 'Secret' },
        ...{ namespace: 'default', name: 'changed' },
      }),
    ).toBeUndefined();
  });

  it('lets files pass that are whole', async () => {
    expect(await settle('whole')).toMatchObject({ status: 'True' });
  });
});
