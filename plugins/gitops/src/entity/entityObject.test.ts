import { objectKeyOfEntity } from './entityObject';

const entity = (name: string, annotations: Record<string, string>) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'apps', annotations },
});
const edge = { 'backstage-gitops.io/home': 'edge' };

describe('objectKeyOfEntity', () => {
  it.each([
    ['a registered one', entity('game_edge', edge), 'game'],
    ['a registered one of the bare home', entity('game', edge), 'game'],
    [
      'a published one, whose name is a hash',
      entity('game-of-the__0123456789abcdef0123', {
        ...edge,
        'backstage-gitops.io/object-name': 'game-of-the-whole-company',
      }),
      'game-of-the-whole-company',
    ],
  ])('finds the object of %s', (_, of, name) => {
    expect(objectKeyOfEntity(of)).toEqual({
      home: 'edge',
      kind: 'Kustomization',
      namespace: 'apps',
      name,
    });
  });

  it('finds none without a home, or of other kinds', () => {
    expect(objectKeyOfEntity(entity('game', {}))).toBeUndefined();
    expect(
      objectKeyOfEntity({ ...entity('game', edge), apiVersion: 'v1' }),
    ).toBeUndefined();
  });
});
