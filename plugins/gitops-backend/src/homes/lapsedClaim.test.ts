import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../__testUtils__/databases';
import { crdsEstablished } from '../__testUtils__/prunes';
import {
  gitRepository,
  kustomization,
  PORTAL_AGENT,
  readyOf,
  World,
} from '../__testUtils__/world';

jest.setTimeout(120_000);

const WAIT_MS = 60_000;
const APP = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: 'default',
  name: 'app',
};

/** Looks again and again at something that tells nobody when it changes. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

describe('a claim on a home that runs out for a while', () => {
  const init = migratedDatabases();
  let world: World;

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  it('misses nothing that is made in the meantime', async () => {
    const { url } = await world.sandbox.git.createRepository('team/app', {
      'app/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\n',
    });
    const portal = await world.startPortal(await init('SQLITE_3'), {
      homeLeaseMs: 3_000,
    });
    await crdsEstablished(world);
    const home = portal.homes.find('demo')!;
    await eventually(() => home.watchedSince('Kustomization') !== undefined);
    const { faults } = world.sandbox.kubernetes;
    // Nobody can even ask: the claim ends by the clock alone.
    faults.inject({
      status: 500,
      match: ({ userAgent, resource }) =>
        userAgent === PORTAL_AGENT && resource === 'leases',
    });
    await eventually(() => home.mode === 'observe');
    await world.apply(gitRepository(url));
    await world.apply(kustomization());
    await eventually(
      () =>
        home.cache.get({
          kind: 'Kustomization',
          namespace: 'default',
          name: 'app',
        }) !== undefined,
    );
    expect(home.mode).toBe('observe');
    faults.clear();
    const done = await world.until<Kustomization>(
      APP,
      object => readyOf(object)?.status === 'True',
      WAIT_MS,
    );
    expect(done.status?.inventory?.entries).toHaveLength(1);
  });
});
