import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { ComponentOwners } from './ComponentOwners';

const component = (name: string, ...owners: string[]): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, namespace: 'default' },
  relations: [
    { type: 'partOf', targetRef: 'system:default/arcade' },
    ...owners.map(targetRef => ({ type: 'ownedBy', targetRef })),
  ],
});

let now: number;
let entities: Map<string, Entity>;
let asked: string[][];
let failure: Error | undefined;
let changes: string[][];

const create = () => {
  const owners = new ComponentOwners({
    catalog: {
      getEntitiesByRefs: async ({ entityRefs }) => {
        asked.push(entityRefs);
        if (failure) {
          throw failure;
        }
        return { items: entityRefs.map(ref => entities.get(ref)) };
      },
    },
    auth: { getOwnServiceCredentials: async () => mockCredentials.service() },
    logger: mockServices.logger.mock(),
    now: () => now,
  });
  owners.onChange(refs => changes.push([...refs]));
  return owners;
};

beforeEach(() => {
  now = 0;
  asked = [];
  changes = [];
  failure = undefined;
  entities = new Map([
    ['component:default/game', component('game', 'group:default/team-a')],
    [
      'component:default/shared',
      component('shared', 'user:default/zoe', 'group:default/team-b'),
    ],
    ['component:default/orphan', component('orphan')],
  ]);
});

describe('ComponentOwners', () => {
  it('asks once for all that is asked in one turn', async () => {
    const owners = create();
    const names = ['game', 'shared', 'orphan', 'absent', 'game'];
    const found = await Promise.all(
      names.map(name => owners.find(`component:default/${name}`)),
    );
    expect(found).toEqual([
      'group:default/team-a',
      'group:default/team-b',
      undefined,
      undefined,
      'group:default/team-a',
    ]);
    expect(asked).toEqual([
      [
        'component:default/game',
        'component:default/shared',
        'component:default/orphan',
        'component:default/absent',
      ],
    ]);
  });

  it('asks in questions of a bounded length', async () => {
    const owners = create();
    await Promise.all(
      Array.from({ length: 450 }, (_, i) => owners.find(`component:a/c${i}`)),
    );
    expect(asked.map(({ length }) => length)).toEqual([200, 200, 50]);
  });

  it('answers at once with what is known, and tells what it learns', async () => {
    const owners = create();
    expect(owners.ownerOf('component:default/game')).toBeUndefined();
    await owners.find('component:default/game');
    expect(owners.ownerOf('component:default/game')).toBe(
      'group:default/team-a',
    );
    expect(changes).toEqual([['component:default/game']]);
    expect(asked).toHaveLength(1);
  });

  it('asks again after a minute, and tells only what changed', async () => {
    const owners = create();
    await owners.find('component:default/game');
    now = 60_000;
    await owners.find('component:default/game');
    expect(changes).toHaveLength(1);
    entities.set(
      'component:default/game',
      component('game', 'group:default/team-z'),
    );
    now = 120_000;
    // What was known holds until the answer is there.
    expect(owners.ownerOf('component:default/game')).toBe(
      'group:default/team-a',
    );
    expect(await owners.find('component:default/game')).toBe(
      'group:default/team-z',
    );
    expect(asked).toHaveLength(3);
    expect(changes).toHaveLength(2);
  });

  it('keeps what it knew while the catalog does not answer, and asks later', async () => {
    const owners = create();
    await owners.find('component:default/game');
    now = 60_000;
    failure = new Error('no route');
    expect(await owners.find('component:default/game')).toBe(
      'group:default/team-a',
    );
    expect(await owners.find('component:default/game')).toBe(
      'group:default/team-a',
    );
    expect(asked).toHaveLength(2);
  });

  it('forgets what nobody asks for', async () => {
    const owners = create();
    await owners.find('component:default/game');
    now = 700_000;
    await owners.find('component:default/orphan');
    expect(owners.ownerOf('component:default/game')).toBeUndefined();
  });
});
