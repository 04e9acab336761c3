import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startKubernetesApi,
  type SandboxKubernetes,
} from '@backstage-gitops/sandbox';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { applyObjects } from '../apply/applyObjects';
import { createClusterClient } from '../client/createClusterClient';
import type { ClusterClient, ObjectRef } from '../client/ClusterClient';
import { loadKubeConfig } from '../kubeconfig/loadKubeConfig';
import {
  configMap as unplaced,
  MANAGER,
  OWNER,
} from '../__testUtils__/objects';
import type { ObjectView } from './ObjectView';
import { ObjectViews, type ObjectViewsOptions } from './ObjectViews';

jest.setTimeout(60_000);

const REF = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };
const USER = 'admin';

const configMap = (name: string, data: { x: string }): KubernetesObject => ({
  ...unplaced(name, data),
  metadata: { name, namespace: REF.namespace },
});

const nextTurn = () => new Promise(resolve => setTimeout(resolve, 10));

describe('ObjectViews', () => {
  let dataDir: string;
  let api: SandboxKubernetes;
  let client: ClusterClient;
  let views: ObjectViews;

  const create = (options: ObjectViewsOptions = {}) => {
    views = new ObjectViews({ demand: 3, ...options });
    return views;
  };
  const ask = (metadataOnly = false) =>
    views.ask({ client, user: USER, ref: REF, metadataOnly });
  const opened = async (metadataOnly = false): Promise<ObjectView> => {
    for (;;) {
      const view = ask(metadataOnly);
      if (view) return view;
      await nextTurn();
    }
  };
  const shown = (view: ObjectView, { metadata }: KubernetesObject) =>
    new Promise<void>(resolve => {
      let unsubscribe = () => {};
      const check = () => {
        if (view.hasShown(metadata.name, metadata.resourceVersion!)) {
          unsubscribe();
          resolve();
        }
      };
      unsubscribe = view.subscribe(metadata.name, check);
      check();
    });
  const write = (name: string, x: string, manager = MANAGER) =>
    client.apply<KubernetesObject>(configMap(name, { x }), {
      fieldManager: manager,
      force: true,
    });
  const asked = () =>
    api.requests.list(({ resource }) => resource === 'configmaps');

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'object-views-'));
    api = await startKubernetesApi({ dataDir });
    client = createClusterClient({
      kubeConfig: await loadKubeConfig(api.kubeconfig),
    });
    await write('a', '1');
  });

  beforeEach(() => api.requests.clear());

  afterEach(async () => {
    await views.close();
  });

  afterAll(async () => {
    await client.close();
    await api.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('watches once many have asked', async () => {
    create();
    expect(ask()).toBeUndefined();
    expect(ask()).toBeUndefined();
    await nextTurn();
    expect(asked()).toEqual([]);

    const view = await opened();
    expect(view.get('a')?.data).toEqual({ x: '1' });
    expect(view.get('b')).toBeUndefined();
    expect(ask()).toBe(view);
    expect(views.size).toBe(1);
  });

  it('shows changes, and which versions it has shown', async () => {
    create({ demand: 1 });
    const view = await opened();
    const first = await write('changing', '1');
    await shown(view, first);
    const second = await write('changing', '2');
    await shown(view, second);
    expect(view.get('changing')?.data).toEqual({ x: '2' });
    expect(view.hasShown('changing', first.metadata.resourceVersion!)).toBe(
      true,
    );
    expect(view.hasShown('changing', 'another')).toBe(false);
    expect(view.get('changing')?.metadata.managedFields).toBeUndefined();
  });

  it('forgets what is deleted', async () => {
    create({ demand: 1 });
    await write('short', '1');
    const view = await opened(true);
    expect(view.get('short')).toMatchObject({ metadata: { name: 'short' } });
    expect(view.get('short')?.data).toBeUndefined();
    const gone = new Promise<void>(resolve => {
      view.subscribe('short', resolve);
    });
    await client.delete({ ...REF, name: 'short' });
    await gone;
    expect(view.get('short')).toBeUndefined();
  });

  it('does not try again for a while what was refused', async () => {
    create({ demand: 1 });
    api.faults.inject({
      match: ({ verb, resource }) =>
        verb === 'list' && resource === 'configmaps',
      status: 403,
    });
    expect(ask()).toBeUndefined();
    while (views.size > 0) await nextTurn();
    api.faults.clear();
    api.requests.clear();
    expect(ask()).toBeUndefined();
    expect(views.size).toBe(0);
    expect(asked()).toEqual([]);
  });

  it('answers for an apply which objects are not there', async () => {
    create({ demand: 1 });
    const view = await opened(true);
    api.requests.clear();
    const live: string[] = [];
    const changes = await applyObjects({
      client,
      objects: [configMap('new-1', { x: '1' }), configMap('new-2', { x: '1' })],
      fieldManager: MANAGER,
      ownerLabels: OWNER,
      findAbsent: refs => refs.filter(({ name }) => !view.get(name)),
      onLive: (ref, object) =>
        live.push(`${ref.name} ${object.metadata.resourceVersion}`),
    });
    expect(changes.entries.map(({ action }) => action)).toEqual([
      'created',
      'created',
    ]);
    expect(live).toHaveLength(2);
    expect(
      asked()
        .filter(({ verb }) => verb !== 'watch')
        .map(({ verb }) => verb),
    ).toEqual(['patch', 'patch']);
  });

  it('is found out where an object is there after all', async () => {
    create();
    const objects = [configMap('late', { x: '2' })];
    const findAbsent = (refs: readonly ObjectRef[]) => refs;
    const apply = () =>
      applyObjects({
        ...{ client, objects, findAbsent },
        fieldManager: MANAGER,
        ownerLabels: OWNER,
      });
    // Of the same manager, so that there is no conflict.
    await write('late', '1');
    const [change] = (await apply()).entries;
    expect(change.action).toBe('configured');
    const stored = await client.get<KubernetesObject>({ ...REF, name: 'late' });
    expect(stored?.data).toEqual({ x: '2' });

    // Of another manager, which an apply without force does not overwrite.
    await client.delete({ ...REF, name: 'late' });
    await write('late', '1', 'somebody');
    expect((await apply()).entries[0].action).toBe('configured');
  });
});
