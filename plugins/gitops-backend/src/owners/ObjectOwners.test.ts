import {
  GitopsAnnotation,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { Claim } from '@backstage-gitops/plugin-gitops-node';
import { kustomization } from '../api/__testUtils__/objects';
import { ObjectOwners } from './ObjectOwners';

const annotated = (annotations: Record<string, string>) =>
  kustomization('game', { annotations });

const claim = (owner?: string, home = 'local'): Claim => ({
  location: {
    host: 'git.test',
    repository: 'a/b',
    ref: 'main',
    pathPrefix: '',
  },
  home,
  namespaces: ['default'],
  ...(owner && { owner }),
});

const game = { [GitopsAnnotation.component]: 'Game' };
const components = {
  ownerOf: (ref: string) =>
    ref === 'component:default/game' ? 'group:default/players' : undefined,
};

const ownerOf = (object: GitopsObject, ...claims: Claim[]) =>
  new ObjectOwners({ claims, components }).ownerOf('local', object);

describe('the owner of an object', () => {
  it('is whom the object names', () => {
    const named = annotated({ ...game, [GitopsAnnotation.owner]: 'Team-A' });
    expect(ownerOf(named, claim('team-b'))).toBe('group:default/team-a');
  });

  it('else whom the claims for its namespace agree on', () => {
    const object = annotated(game);
    expect(ownerOf(object, claim('team-b'), claim('group:team-b'))).toBe(
      'group:default/team-b',
    );
    expect(ownerOf(object, claim('team-b', 'other'))).toBe(
      'group:default/players',
    );
  });

  it.each([
    ['two', [claim('team-b'), claim('team-c')]],
    ['one that names nobody', [claim('team-b'), claim()]],
    ['three', [claim('team-b'), claim('team-c'), claim('team-b')]],
  ])('else, where claims disagree (%s), that of its Component', (_, claims) => {
    expect(ownerOf(annotated(game), ...claims)).toBe('group:default/players');
    expect(ownerOf(annotated({}), ...claims)).toBeUndefined();
  });

  it('is nobody where what names one is no reference', () => {
    expect(
      ownerOf(
        annotated({
          [GitopsAnnotation.owner]: 'a:b:c',
          [GitopsAnnotation.component]: '',
        }),
      ),
    ).toBeUndefined();
  });

  it('changes with that of its Component', () => {
    const known = new Map<string, string>();
    const owners = new ObjectOwners({
      components: { ownerOf: ref => known.get(ref) },
    });
    const object = annotated(game);
    expect(owners.ownerOf('local', object)).toBeUndefined();
    known.set('component:default/game', 'group:default/players');
    expect(owners.ownerOf('local', object)).toBe('group:default/players');
  });
});
