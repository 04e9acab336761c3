// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

const SETTINGS = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  region: \${region}
  size: \${q}\${size:=3}\${q}
  home: \${HOME_DIR:-/home/\${user}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: script
  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}
data:
  run.sh: 'echo \${1:-x} $\$'
`;

const PLAIN = `apiVersion: v1
kind: ConfigMap
metadata: {name: plain}
data:
  escaped: $\${literal}
  with: \${color:=blue}
`;

describe.each(testClusters)(
  'variables of a Kustomization on $name',
  cluster => {
    const init = migratedDatabases();
    let world: World;

    beforeAll(async () => {
      world = await deliveryWorld(
        init('SQLITE_3'),
        {
          'app/settings.yaml': SETTINGS,
          'plain/plain.yaml': PLAIN,
        },
        { world: cluster.start() },
      );
      await world.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'vars', namespace: 'default' },
        data: { region: 'eu\n', user: 'ada', size: '1' },
      });
      await world.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'secret-vars', namespace: 'default' },
        data: { user: Buffer.from('grace').toString('base64') },
      });
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
          { prune: false, timeout: '30s', retryInterval: '1h', ...spec },
          name,
        ),
      );
      return untilKustomization(world, name, object =>
        ['True', 'False'].includes(readyOf(object)?.status ?? ''),
      );
    };

    const dataOf = async (name: string) =>
      (
        await world.client.get<KubernetesObject & { data: object }>({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'default',
          name,
        })
      )?.data;

    it('come from ConfigMaps, then Secrets, then the object itself', async () => {
      const object = await settle('order', {
        path: './app',
        postBuild: {
          substituteFrom: [
            { kind: 'ConfigMap', name: 'vars' },
            { kind: 'Secret', name: 'secret-vars' },
            { kind: 'Secret', name: 'nowhere', optional: true },
          ],
          substitute: { size: '7', q: '"' },
        },
      });
      expect(readyOf(object)).toMatchObject({ status: 'True' });
      expect(await dataOf('settings')).toEqual({
        region: 'eu',
        size: '7',
        home: '/home/grace',
      });
      expect(await dataOf('script')).toEqual({ 'run.sh': 'echo ${1:-x} $$' });
    });

    it('change what is applied when they change', async () => {
      await settle('changes', {
        path: './plain',
        postBuild: { substitute: { color: 'red' } },
      });
      expect(await dataOf('plain')).toEqual({
        escaped: '${literal}',
        with: 'red',
      });
      await world.apply(
        kustomization(
          {
            prune: false,
            path: './plain',
            postBuild: { substitute: { color: 'green' } },
          },
          'changes',
        ),
      );
      await world.until<KubernetesObject & { data: { with: string } }>(
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'default',
          name: 'plain',
        },
        object => object?.data.with === 'green',
      );
    });

    it('are left as they are where there is none, unless always is said', async () => {
      await settle('without', { path: './plain', postBuild: {} });
      expect(await dataOf('plain')).toEqual({
        escaped: '$${literal}',
        with: '${color:=blue}',
      });
      await settle('always', {
        path: './plain',
        postBuild: { substituteStrategy: 'Always' },
      });
      expect(await dataOf('plain')).toEqual({
        escaped: '${literal}',
        with: 'blue',
      });
    });

    it.each<[string, Kustomization['spec']['postBuild'], RegExp]>([
      [
        'no-value',
        { substitute: { user: 'ada' } },
        /post build failed for 'ConfigMap\/settings': envsubst error: variable not set \(strict mode\): "region"/,
      ],
      [
        'no-source',
        { substituteFrom: [{ kind: 'Secret', name: 'nowhere' }] },
        /substitute from 'Secret\/nowhere' error: it is not in namespace default/,
      ],
      ['bad-name', { substitute: { 'a-b': 'x' } }, /'a-b' var name is invalid/],
    ])('fail the build: %s', async (name, postBuild, message) => {
      const object = await settle(name, { path: './app', postBuild });
      expect(readyOf(object)).toMatchObject({
        status: 'False',
        reason: 'BuildFailed',
        message: expect.stringMatching(message),
      });
    });
  },
);
