import {
  GitopsObject,
  gitRepositoryKind,
  Kustomization,
  kustomizationKind,
} from '@backstage-gitops/plugin-gitops-common';
import { gitRepository, kustomization, World } from '../__testUtils__/world';
import { isNewsFor } from '../controllers/kustomize/isNewsFor';
import { WorkKey, WorkQueue } from '../engine/queue/WorkQueue';
import { Reconciler } from '../engine/reconcile/Reconciler';
import { Home } from './Home';
import { HomeWatcher } from './HomeWatcher';
import { installCrds } from './installCrds';

const notRun = async (): Promise<never> => {
  throw new Error('nothing runs here');
};

const sources: Reconciler = {
  kind: gitRepositoryKind,
  references: () => [],
  wakesFor: () => false,
  reconcile: notRun,
  finalize: notRun,
};
const deliveries: Reconciler = {
  kind: kustomizationKind,
  references: () => [
    { kind: 'GitRepository', namespace: 'default', name: 'repo' },
  ],
  wakesFor: (object, changed, before) =>
    isNewsFor(object as Kustomization, changed, before),
  reconcile: notRun,
  finalize: notRun,
};

const artifact = (revision: string) => ({
  observedGeneration: 1,
  artifact: {
    revision,
    digest: `sha256:${'0'.repeat(64)}`,
    lastUpdateTime: '2026-11-22T12:00:00Z',
    path: 'a',
    url: 'http://portal/a',
  },
});

describe('what was told while nobody watched', () => {
  let world: World;
  let home: Home;
  let stop: AbortController;
  let running: Promise<void> | undefined;
  let woken: WorkKey[];

  beforeEach(async () => {
    world = await World.start();
    ({ home } = world.homeNamed('demo', 'reconcile'));
    stop = new AbortController();
    running = undefined;
    woken = [];
    await installCrds({
      client: world.client,
      kinds: [gitRepositoryKind, kustomizationKind],
      logger: world.logger,
    });
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await home.client.close();
    await world.stop();
  });

  const put = async (object: GitopsObject, status: object) => {
    const { apiVersion, kind, metadata } = await world.apply(object);
    await world.client.patch(
      { apiVersion, kind, namespace: 'default', name: metadata.name },
      { type: 'merge', subresource: 'status', body: { status } },
    );
  };

  /** Watches until both kinds are known; gives the names of what was woken. */
  const watch = async (reconcilers: readonly Reconciler[]) => {
    const queue: Partial<WorkQueue> = {
      register: async () => {},
      retain: async () => {},
      forget: async () => {},
      wake: async keys => {
        woken.push(...keys);
      },
    };
    running = new HomeWatcher({
      home,
      reconcilers,
      otherKinds: [],
      queue: queue as WorkQueue,
      logger: world.logger,
      onChange: () => {},
    }).run(stop.signal);
    await new Promise<void>(resolve => {
      const look = () => (home.isListed ? resolve() : setImmediate(look));
      look();
    });
    return [...new Set(woken.map(({ name }) => name))];
  };

  describe.each([
    ['the source is listed first', [sources, deliveries]],
    ['the delivery is listed first', [deliveries, sources]],
  ])('%s', (_, reconcilers) => {
    it('wakes a delivery that has not tried the revision of its source', async () => {
      await put(gitRepository('http://git.test/app.git'), artifact('main@2'));
      await put(kustomization(), {
        observedGeneration: 1,
        lastAttemptedRevision: 'main@1',
      });
      expect(await watch(reconcilers)).toEqual(['app']);
    });

    it('lets one sleep that has', async () => {
      await put(gitRepository('http://git.test/app.git'), artifact('main@2'));
      await put(kustomization(), {
        observedGeneration: 1,
        lastAttemptedRevision: 'main@2',
      });
      expect(await watch(reconcilers)).toEqual([]);
    });
  });
});
