import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startKubernetesApi,
  type SandboxKubernetes,
} from '@backstage-gitops/sandbox';
import { applyObjects } from '../apply/applyObjects';
import { createClusterClient } from '../client/createClusterClient';
import type { ClusterClient } from '../client/ClusterClient';
import { loadKubeConfig } from '../kubeconfig/loadKubeConfig';
import { TestClock } from '../__testUtils__/TestClock';
import { configMap, MANAGER, OWNER } from '../__testUtils__/objects';
import { DriftWatch, type DriftWatchOptions } from './DriftWatch';

const [NAME, NAMESPACE] = Object.keys(OWNER);
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const SECRET = { apiVersion: 'v1', kind: 'Secret' };
const ref = (name: string) => ({ ...CONFIG_MAP, namespace: 'default', name });

/** Resolves once the texts that were told contain this one. */
class Told {
  readonly texts: string[] = [];
  #waiting: (() => void)[] = [];

  add(text: string): void {
    this.texts.push(text);
    for (const check of [...this.#waiting]) check();
  }

  until(count: number): Promise<void> {
    return new Promise(resolve => {
      const check = () => {
        if (this.texts.length < count) return;
        this.#waiting = this.#waiting.filter(other => other !== check);
        resolve();
      };
      this.#waiting.push(check);
      check();
    });
  }
}

describe('DriftWatch', () => {
  let dataDir: string;
  let api: SandboxKubernetes;
  let client: ClusterClient;
  let open: DriftWatch[] = [];

  const apply = (...names: string[]) =>
    applyObjects({
      client,
      objects: names.map(name => configMap(name, { x: '1' })),
      fieldManager: MANAGER,
      ownerLabels: OWNER,
      defaultNamespace: 'default',
    });

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'drift-watch-'));
    api = await startKubernetesApi({ dataDir });
  }, 60_000);

  beforeEach(async () => {
    client = createClusterClient({
      kubeConfig: await loadKubeConfig(api.kubeconfig),
    });
    await apply('a', 'b', 'c');
  });

  afterEach(async () => {
    api.faults.clear();
    for (const watch of open) await watch.close();
    open = [];
    await client.close();
  });

  afterAll(async () => {
    await api.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const edit = (name: string, value: string) =>
    client.patch(ref(name), {
      type: 'merge',
      body: { data: { x: value } },
      fieldManager: 'somebody',
    });

  function start(options: Partial<DriftWatchOptions> = {}) {
    const told = new Told();
    const watch = new DriftWatch({
      client,
      ownerLabels: { name: NAME, namespace: NAMESPACE },
      fieldManagers: [MANAGER],
      minIntervalMs: 0,
      onDrift: (owner, hint) =>
        told.add(`${owner.namespace}/${owner.name} ${hint.ref.name}`),
      onUnwatched: (kind, error) =>
        told.add(`unwatched ${kind.kind} ${'code' in error && error.code}`),
      ...options,
    });
    open.push(watch);
    return { watch, told };
  }

  it('watches each kind once, for as long as somebody follows it', async () => {
    const { watch } = start();
    api.requests.clear();
    watch.follow('one', [CONFIG_MAP, CONFIG_MAP, SECRET]);
    watch.follow('two', [CONFIG_MAP, { ...SECRET, apiVersion: 'v1' }]);
    await watch.synced();
    expect(watch.kinds).toEqual(['ConfigMap', 'Secret']);
    expect(watch.size).toBe(3);
    const lists = api.requests.list(
      ({ verb, resource }) =>
        verb === 'list' && ['configmaps', 'secrets'].includes(resource ?? ''),
    );
    expect(lists).toHaveLength(2);
    watch.follow('one', [CONFIG_MAP]);
    expect(watch.kinds).toEqual(['ConfigMap', 'Secret']);
    watch.follow('two', []);
    expect(watch.kinds).toEqual(['ConfigMap']);
    watch.follow('one', []);
    expect(watch.kinds).toEqual([]);
  });

  it('names the owner', async () => {
    const { watch, told } = start();
    watch.follow('one', [CONFIG_MAP]);
    await watch.synced();
    await edit('a', '2');
    await told.until(1);
    expect(told.texts).toEqual(['flux-system/apps a']);
  });

  it.each([
    ['lost connections', () => api.faults.dropWatches()],
    ['expired versions', () => api.faults.expireWatches()],
    [
      'a log that is gone',
      () => {
        api.faults.compact();
        api.faults.dropWatches();
      },
    ],
  ])(
    'survives %s',
    async (_, disturb) => {
      const { watch, told } = start();
      watch.follow('one', [CONFIG_MAP]);
      await watch.synced();
      disturb();
      await edit('b', `${Math.random()}`);
      await told.until(1);
      expect(told.texts).toEqual(['flux-system/apps b']);
    },
    60_000,
  );

  it('says once that a kind is forbidden, and watches the others', async () => {
    api.faults.inject({
      match: request => request.path.includes('/secrets'),
      status: 403,
    });
    const clock = new TestClock();
    const { watch, told } = start({ clock, retryMs: 600_000 });
    watch.follow('one', [CONFIG_MAP, SECRET]);
    await told.until(1);
    await watch.synced();
    await clock.untilSet(600_000, 1);
    clock.advance(600_000);
    await clock.untilSet(600_000, 2);
    await edit('c', '2');
    await told.until(2);
    expect(told.texts).toEqual([
      'unwatched Secret forbidden',
      'flux-system/apps c',
    ]);
  });

  it('takes a kind that nobody serves for one that is not watched', async () => {
    const { watch, told } = start();
    watch.follow('one', [{ apiVersion: 'x.io/v1', kind: 'Nothing' }]);
    await told.until(1);
    expect(told.texts).toEqual(['unwatched Nothing unknown-kind']);
  });

  it('does not wake for what happened before it watched', async () => {
    await edit('a', 'earlier');
    const { watch, told } = start();
    watch.follow('one', [CONFIG_MAP]);
    await watch.synced();
    await client.delete(ref('b'));
    await told.until(1);
    expect(told.texts).toEqual(['flux-system/apps b']);
  });

  it('does not wake for what the owner does itself', async () => {
    const { watch, told } = start({
      isExpected: ({ namespace, name }, hint) =>
        `${namespace}/${name} ${hint.ref.kind} ${hint.ref.name} ${hint.change}` ===
        'flux-system/apps ConfigMap a deleted',
    });
    watch.follow('one', [CONFIG_MAP]);
    await watch.synced();
    await client.delete(ref('a'));
    await client.delete(ref('b'));
    await told.until(1);
    expect(told.texts).toEqual(['flux-system/apps b']);
  });

  it('wakes an owner once in the interval', async () => {
    const clock = new TestClock();
    const { watch, told } = start({ clock, minIntervalMs: 10_000 });
    watch.follow('one', [CONFIG_MAP]);
    await watch.synced();
    await client.delete(ref('a'));
    await told.until(1);
    await clock.untilSet(10_000, 1);
    await client.delete(ref('b'));
    await client.delete(ref('c'));
    // The last object is gone from the watch, too.
    await waitUntil(() => watch.size === 0);
    expect(told.texts).toHaveLength(1);
    clock.advance(10_000);
    expect(told.texts).toEqual(['flux-system/apps a', 'flux-system/apps c']);
  });
});

/** For state that tells nobody when it changes. */
async function waitUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve));
}
