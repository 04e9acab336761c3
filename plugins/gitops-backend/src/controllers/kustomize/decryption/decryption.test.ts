// Servers: the sandbox's Kubernetes API and its Git server (git http-backend). The
// encrypted files were written by sops itself.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { testClusters } from '../../../__testUtils__/clusters';
import { migratedDatabases } from '../../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../../__testUtils__/world';
import fixtures from '../../../secrets/sops/__fixtures__/files.json';

jest.setTimeout(120_000);

const encrypted = (name: string, format: string) =>
  fixtures.cases.find(each => each.name === name && each.format === format)!
    .encrypted;

const MANIFEST = encrypted('manifest', 'yaml');

const FILES = {
  'manifest/secret.yaml': MANIFEST,
  'generated/kustomization.yaml': `
secretGenerator:
  - name: files
    files: [data.txt]
    envs: [vars.env]
generatorOptions: {disableNameSuffixHash: true}
`,
  'generated/data.txt': encrypted('plain', 'binary'),
  'generated/vars.env': encrypted('plain', 'dotenv'),
  'inside/kustomization.yaml': `
resources: [secret.yaml]
`,
  'inside/secret.yaml': `
apiVersion: v1
kind: Secret
metadata: {name: inside}
data:
  data.json: ${Buffer.from(encrypted('plain', 'json')).toString('base64')}
  plain: ${Buffer.from('as it is').toString('base64')}
`,
  'patched/kustomization.yaml': `
resources: [base.yaml]
patches: [{path: patch.yaml}]
`,
  'patched/base.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata: {name: credentials}\nstringData: {more: x}\n',
  'patched/patch.yaml': MANIFEST,
  'marked/secret.yaml': MANIFEST.replace(
    'name: credentials',
    'name: marked\n    annotations: {kustomize.toolkit.fluxcd.io/decrypt: disabled}',
  ),
  'changed/secret.yaml': MANIFEST.replace('name: credentials', 'name: changed'),
};

describe.each(testClusters)('encrypted manifests on $name', cluster => {
  const init = migratedDatabases();
  let world: World;

  beforeAll(async () => {
    world = await deliveryWorld(init('SQLITE_3'), FILES, {
      world: cluster.start(),
    });
    const secret = (name: string, key: string, text: string) =>
      world.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'default' },
        data: { [key]: Buffer.from(text).toString('base64') },
      });
    await secret('keys', 'identity.agekey', fixtures.identities[0]);
    await secret('others', 'identity.agekey', fixtures.identities[2]);
    await secret('broken', 'identity.agekey', 'hunter2');
  });

  afterAll(async () => {
    await world?.stop();
  });

  const settle = async (
    name: string,
    spec: Partial<Kustomization['spec']>,
  ): Promise<Kustomization> => {
    await world.apply(
      kustomization(
        {
          ...{ prune: false, timeout: '30s', retryInterval: '1h' },
          path: `./${name}`,
          decryption: { provider: 'sops', secretRef: { name: 'keys' } },
          ...spec,
        },
        name,
      ),
    );
    return untilKustomization(world, name, object =>
      ['True', 'False'].includes(readyOf(object)?.status ?? ''),
    );
  };

  const secretOf = async (name: string) => {
    const secret = await world.client.get<
      KubernetesObject & { data: Record<string, string> }
    >({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name });
    return Object.fromEntries(
      Object.entries(secret?.data ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]),
    );
  };

  it('are applied in plain, with variables', async () => {
    await settle('manifest', { postBuild: { substitute: { region: 'eu' } } });
    expect(await secretOf('credentials')).toEqual({
      user: 'admin',
      password: 'hunter2',
      token: 'eu-token',
    });
  });

  it('are decrypted where generators read them', async () => {
    await settle('generated', {});
    expect(await secretOf('files')).toMatchObject({
      'data.txt': 'just some\nbinary \u0001 text',
      USER: 'admin',
      NUM: '12',
    });
  });

  it('are decrypted where a value of a Secret is a file', async () => {
    await settle('inside', {});
    const { plain, 'data.json': json } = await secretOf('inside');
    expect(plain).toBe('as it is');
    expect(JSON.parse(json)).toMatchObject({ b: 'two', t: true });
  });

  it('are decrypted where they are patches', async () => {
    await settle('patched', {});
    expect(await secretOf('credentials')).toMatchObject({
      more: 'x',
      password: 'hunter2',
    });
  });

  it.each<[string, Partial<Kustomization['spec']>, RegExp]>([
    [
      'no decryption',
      { decryption: undefined },
      /Secret\/credentials is SOPS encrypted, configuring decryption is required/,
    ],
    [
      'no such secret',
      { decryption: { provider: 'sops', secretRef: { name: 'nowhere' } } },
      /Secret default\/nowhere not found/,
    ],
    [
      'other keys',
      { decryption: { provider: 'sops', secretRef: { name: 'others' } } },
      /cannot decrypt manifest\/secret.yaml: the data key cannot be opened: age age1/,
    ],
    [
      'other keys for a value',
      {
        path: './inside',
        decryption: { provider: 'sops', secretRef: { name: 'others' } },
      },
      /cannot decrypt 'data.json' of Secret\/inside: the data key cannot be opened: age age1/,
    ],
    [
      'a key that is none',
      { decryption: { provider: 'sops', secretRef: { name: 'broken' } } },
      /key 'identity.agekey' of Secret default\/broken: line 1 is no age identity/,
    ],
  ])('fail the build with %s', async (what, spec, message) => {
    const name = `fails-${what.replaceAll(' ', '-')}`;
    const object = await settle(name, { path: './manifest', ...spec });
    expect(readyOf(object)).toMatchObject({
      status: 'False',
      reason: 'BuildFailed',
      message: expect.stringMatching(message),
    });
    expect(JSON.stringify(object)).not.toContain('hunter2');
  });

  it('are never applied as they are, also where a mark says so', async () => {
    const object = await settle('marked', {});
    expect(readyOf(object)?.message).toMatch(
      /Secret\/marked is SOPS encrypted/,
    );
  });

  it('are applied with a warning where they were changed', async () => {
    const object = await settle('changed', {
      postBuild: { substitute: { region: 'eu' } },
    });
    expect(readyOf(object)).toMatchObject({ status: 'True' });
    expect(await world.eventsOf(object)).toContainEqual(
      expect.stringMatching(
        /values were changed, added or taken away since sops encrypted changed\/secret.yaml/,
      ),
    );
  });

  it('are in no status, event or history in plain', async () => {
    const { items } = await world.client.list<KubernetesObject>({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
    });
    const events = await world.client.list<KubernetesObject>({
      apiVersion: 'v1',
      kind: 'Event',
    });
    expect(items.length).toBeGreaterThan(5);
    expect(JSON.stringify([items, events.items])).not.toContain('hunter2');
  });
});
