import { mockCredentials } from '@backstage/backend-test-utils';
import { GitopsAnnotation } from '@backstage-gitops/plugin-gitops-common';
import { ApiWorld } from './__testUtils__/ApiWorld';
import { kustomization } from './__testUtils__/objects';

const COMPONENT = 'component:default/game';
const annotations = { [GitopsAnnotation.component]: 'game' };

let world: ApiWorld;
beforeEach(() => {
  world = new ApiWorld();
  world.homes.forEach(home => home.expectKinds([]));
  world.componentOwners.set(COMPONENT, 'group:default/players');
  world.put(kustomization('game', { annotations }));
  world.put(kustomization('shop', { namespace: 'shop', annotations }));
  world.put(kustomization('other'));
  world.claims.push({
    location: { host: 'git.test' },
    home: 'local',
    namespaces: ['shop'],
    owner: 'team-shop',
  });
});

const ownedBy = async (owner: string): Promise<string[]> => {
  const { body } = await world.get(`/objects?owner=${owner}`);
  return body.items!.map(({ key }) => key.name);
};

describe('owners', () => {
  it('are the same in lists and in the catalog', async () => {
    expect(await ownedBy('players')).toEqual(['game']);
    expect(await ownedBy('team-shop')).toEqual(['shop']);
    world.authorization = mockCredentials.service.header({
      onBehalfOf: mockCredentials.service('plugin:catalog'),
      targetPluginId: 'test',
    });
    const { items } = await world
      .typedClient()
      .listPublishedEntities({ home: 'local' });
    expect(
      items.map(({ metadata, spec }) => [metadata.name, spec.owner]).sort(),
    ).toEqual([
      ['game', 'group:default/players'],
      ['other', undefined],
      ['shop', 'group:default/team-shop'],
    ]);
  });

  it('change with their Component, and whoever looks is told', async () => {
    const cursor = world.changes.cursor();
    world.componentOwners.set(COMPONENT, 'group:default/strangers');
    world.changes.recordOwners(new Set([COMPONENT]));
    expect(await ownedBy('players')).toEqual([]);
    expect(await ownedBy('strangers')).toEqual(['game']);
    const { objects } = world.changes.since(cursor);
    expect(
      objects.map(({ key, ownerRef }) => [key.name, ownerRef]).sort(),
    ).toEqual([
      ['game', 'group:default/strangers'],
      ['shop', 'group:default/team-shop'],
    ]);
  });
});
