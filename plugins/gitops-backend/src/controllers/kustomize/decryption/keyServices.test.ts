// Servers: the sandbox's Kubernetes API, its Git server (git http-backend) and a double
// of Vault. The other key service is a double, too; encrypted files were written by
// sops itself, and the data key of one is given to the double here.
import {
  JsonObject,
  parseYaml,
  stringifyYaml,
} from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import {
  SopsKeyError,
  SopsKeyServiceProvider,
  SopsKeyServiceRequest,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { migratedDatabases } from '../../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../../__testUtils__/world';
import fixtures from '../../../secrets/sops/__fixtures__/files.json';
import { AgeKeyService } from '../../../secrets/sops/AgeKeyService';
import { openDataKey } from '../../../secrets/sops/openDataKey';
import { readDocument } from '../../../secrets/sops/readDocument';
import vaultFixtures from '../../../secrets/sops/vault/__fixtures__/files.json';
import { FakeVault } from '../../../secrets/sops/vault/__testUtils__/startVault';

jest.setTimeout(120_000);

const ARN = 'arn:aws:kms:eu-west-1:123456789012:key/k1';
const MANIFEST = fixtures.cases.find(
  each => each.name === 'manifest' && each.format === 'yaml',
)!.encrypted;

/** The manifest with an entry of the double in the place of age's. */
function manifestFor(entry: JsonObject, type = 'kms'): string {
  const { sops, ...rest } = parseYaml(MANIFEST) as { sops: JsonObject };
  const { age: _, ...metadata } = sops;
  return stringifyYaml({ ...rest, sops: { ...metadata, [type]: [entry] } });
}

const FILES = {
  'app/secret.yaml': manifestFor({
    arn: ARN,
    enc: 'good',
    context: { a: 'b' },
  }),
  'refused/secret.yaml': manifestFor({ arn: ARN, enc: 'refused' }),
  'foreign/secret.yaml': manifestFor(
    { resource_id: 'p/k', enc: 'x' },
    'gcp_kms',
  ),
};

describe('key services', () => {
  const init = migratedDatabases();
  const opened: SopsKeyServiceRequest[] = [];
  const asked: SopsMasterKey[] = [];
  let world: World;
  let vault: FakeVault;

  beforeAll(async () => {
    vault = await FakeVault.start({
      key: Buffer.from(vaultFixtures.transitKey, 'base64'),
    });
    const age = new AgeKeyService();
    age.add(fixtures.identities[0], 'identity.agekey');
    const dataKey = await openDataKey(
      readDocument(Buffer.from(MANIFEST), 'yaml').metadata,
      [age],
      { signal: new AbortController().signal },
    );
    const provider: SopsKeyServiceProvider = {
      type: 'kms',
      open: async request => {
        opened.push(request);
        return {
          type: 'kms',
          decrypt: async key => {
            asked.push(key);
            if (key.enc === 'refused') {
              throw new SopsKeyError(
                'GITOPS_SOPS_KEY_REFUSED',
                'the double refused',
              );
            }
            return dataKey;
          },
        };
      },
    };
    const files = {
      ...FILES,
      'vault/secret.yaml': vaultFixtures.cases[0].encrypted.replaceAll(
        vaultFixtures.address,
        vault.url,
      ),
    };
    world = await deliveryWorld(init('SQLITE_3'), files, {
      keyServices: [provider],
      vault: {
        addresses: [],
        logins: [{ address: vault.url, path: 'auth/kubernetes/login' }],
      },
    });
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'default' },
      data: { 'sops.aws-kms': Buffer.from('of the team').toString('base64') },
    });
    await world.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: 'reader',
        namespace: 'default',
        annotations: { 'eks.amazonaws.com/role-arn': 'role' },
      },
    });
  });

  beforeEach(() => {
    opened.length = 0;
    asked.length = 0;
  });

  afterAll(async () => {
    await world?.stop();
    await vault?.stop();
  });

  const settle = async (
    name: string,
    path: string,
    decryption: Partial<Kustomization['spec']['decryption']> = {},
  ): Promise<Kustomization> => {
    await world.apply(
      kustomization(
        {
          ...{ prune: false, timeout: '30s', retryInterval: '1h', path },
          decryption: { provider: 'sops', ...decryption },
        },
        name,
      ),
    );
    return untilKustomization(world, name, object =>
      ['True', 'False'].includes(readyOf(object)?.status ?? ''),
    );
  };

  it('are given the Secret, and asked once for each data key', async () => {
    const object = await settle('by-secret', './app', {
      secretRef: { name: 'keys' },
    });
    expect(readyOf(object)).toMatchObject({ status: 'True' });
    expect(opened).toHaveLength(1);
    const { namespace, secret, serviceAccount } = opened[0];
    expect({ namespace, serviceAccount }).toEqual({ namespace: 'default' });
    expect(secret?.name).toBe('default/keys');
    expect(secret?.data['sops.aws-kms'].toString()).toBe('of the team');
    // The file is opened before the build, and its object after it.
    expect(asked).toEqual([
      {
        type: 'kms',
        enc: 'good',
        fields: { arn: ARN, context: { a: 'b' } },
      },
    ]);
    const secretOfTeam = await world.client.get({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: 'default',
      name: 'credentials',
    });
    expect(secretOfTeam).toMatchObject({
      data: { password: Buffer.from('hunter2').toString('base64') },
    });
  });

  it('are given the ServiceAccount, with tokens of the cluster', async () => {
    const object = await settle('by-account', './app', {
      serviceAccountName: 'reader',
    });
    expect(readyOf(object)).toMatchObject({ status: 'True' });
    const { secret, serviceAccount } = opened[0];
    expect(secret).toBeUndefined();
    expect(serviceAccount).toMatchObject({
      namespace: 'default',
      name: 'reader',
      annotations: { 'eks.amazonaws.com/role-arn': 'role' },
    });
  });

  it('are asked as the ServiceAccount: Vault', async () => {
    const claims: { aud: string[]; sub: string }[] = [];
    vault.knows = (role, jwt) => {
      const [, payload] = jwt.split('.');
      claims.push(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      return role === 'default_reader';
    };
    const object = await settle('vault', './vault', {
      serviceAccountName: 'reader',
    });
    expect(readyOf(object)).toMatchObject({ status: 'True' });
    expect(claims).toEqual([
      expect.objectContaining({
        aud: [vault.url],
        sub: 'system:serviceaccount:default:reader',
      }),
    ]);
    expect(vault.seen.map(({ path }) => path)).toEqual([
      '/v1/auth/kubernetes/login',
      '/v1/transit/decrypt/sops',
    ]);
    const events = await world.eventsOf(object);
    expect(JSON.stringify([object, events])).not.toMatch(/hunter2|hvs\./);
  });

  it('are not opened where no file names a key of theirs', async () => {
    await settle('foreign', './foreign', { secretRef: { name: 'keys' } });
    expect(opened).toEqual([]);
  });

  it.each<
    [string, string, Kustomization['spec']['decryption'] | object, RegExp]
  >([
    [
      'refuses',
      './refused',
      {},
      /cannot decrypt refused\/secret.yaml: the data key cannot be opened: kms arn:aws:kms:eu-west-1:123456789012:key\/k1: the double refused$/,
    ],
    [
      'is not installed',
      './foreign',
      {},
      /gcp_kms p\/k: no module of the portal opens it; install @backstage-gitops\/plugin-gitops-backend-module-gcp$/,
    ],
    [
      'has no account',
      './app',
      { serviceAccountName: 'nobody' },
      /ServiceAccount default\/nobody not found; create it or correct spec.decryption.serviceAccountName$/,
    ],
  ])('fail the build where one %s', async (what, path, decryption, message) => {
    const object = await settle(
      `fails-${what.replaceAll(' ', '-')}`,
      path,
      decryption,
    );
    expect(readyOf(object)).toMatchObject({
      status: 'False',
      reason: 'BuildFailed',
      message: expect.stringMatching(message),
    });
  });
});
