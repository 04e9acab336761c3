// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { mockServices } from '@backstage/backend-test-utils';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitopsObject,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../__testUtils__/world';
import { WorkKey } from '../../engine/queue/WorkQueue';
import { referenceTo } from '../../homes/ObjectCache';
import { DriftWatches } from './DriftWatches';

jest.setTimeout(120_000);

type ConfigMap = KubernetesObject & { data?: Record<string, string> };

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: git}\n`;
const ref = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name,
});

describe('watch for drift', () => {
  const init = migratedDatabases();
  let world: World;

  const untilReady = (name: string) =>
    untilKustomization(
      world,
      name,
      object => readyOf(object)?.status === 'True',
    );
  beforeEach(async () => {
    world = await deliveryWorld(init('SQLITE_3'), {
      'app/a.yaml': configMap('a'),
      'app/b.yaml': configMap('b'),
      'other/c.yaml': configMap('c'),
    });
    await world.apply(kustomization());
    await world.apply(kustomization({ path: './other' }, 'other'));
    await untilReady('app');
    await untilReady('other');
  });

  afterEach(async () => {
    await world?.stop();
  });

  const edit = (name: string, data: Record<string, string>) =>
    world.client.patch(ref(name), {
      type: 'merge',
      body: { data },
      fieldManager: 'somebody',
    });
  const untilValue = (name: string, value: string) =>
    world.until<ConfigMap>(ref(name), object => object?.data?.value === value);

  it('corrects what somebody changed, long before the interval', async () => {
    await edit('a', { value: 'by hand' });
    const { data } = await untilValue('a', 'git');
    expect(data).toEqual({ value: 'git' });
  });

  it('makes again what somebody deleted', async () => {
    await world.client.delete(ref('b'));
    const { metadata } = await untilValue('b', 'git');
    expect(metadata.labels).toMatchObject({
      'kustomize.toolkit.fluxcd.io/name': 'app',
    });
  });

  it('leaves alone what somebody added', async () => {
    await edit('a', { more: 'by hand' });
    await edit('a', { value: 'by hand' });
    const { data } = await untilValue('a', 'git');
    expect(data).toEqual({ value: 'git', more: 'by hand' });
  });

  describe('of a home', () => {
    let watches: DriftWatches;
    let woken: (keys: readonly WorkKey[]) => void;

    const start = async () => {
      const { home } = world.homeNamed('another', 'reconcile');
      for (const name of ['app', 'other']) {
        home.cache.set(await untilReady(name), []);
      }
      watches = new DriftWatches({
        queue: { wake: async keys => woken(keys) },
        logger: mockServices.logger.mock(),
      });
      const follow = (object: GitopsObject) => watches.follow(home, object);
      home.cache.list().forEach(follow);
      await watches.synced();
      return { home, follow };
    };
    const nextWoken = () =>
      new Promise<string>(resolve => {
        woken = ([{ name }]) => resolve(name);
      });

    afterEach(() => watches?.close());

    it('does not wake who is suspended', async () => {
      const { home } = await start();
      const app = home.cache.get({
        kind: 'Kustomization',
        namespace: 'default',
        name: 'app',
      }) as Kustomization;
      home.cache.set({ ...app, spec: { ...app.spec, suspend: true } }, []);
      const next = nextWoken();
      // One watch tells both, in the order in which they happen.
      await edit('a', { value: 'by hand' });
      await edit('c', { value: 'by hand' });
      expect(await next).toBe('other');
    });

    it('does not wake who prunes', async () => {
      const { home } = await start();
      watches.expectDeletion(home, ref('a'));
      const next = nextWoken();
      await world.client.delete(ref('a'));
      await edit('c', { value: 'by hand' });
      expect(await next).toBe('other');
    });

    it('ends with what is followed', async () => {
      const { home, follow } = await start();
      expect(watches.kindsOf(home)).toEqual(['ConfigMap']);
      for (const object of home.cache.list()) {
        home.cache.delete(referenceTo(object));
        follow(object);
      }
      expect(watches.kindsOf(home)).toEqual([]);
    });
  });
});
