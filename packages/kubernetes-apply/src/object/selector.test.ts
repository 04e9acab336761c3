import { deployment } from '../__testUtils__/objects';
import { compileSelector, type ObjectSelector } from './selector';

describe('compileSelector', () => {
  const object = deployment('web');
  object.metadata.labels = { app: 'web', tier: 'front' };

  it.each<[ObjectSelector, boolean]>([
    [{}, true],
    [{ kind: 'Deployment', group: 'apps', version: 'v1' }, true],
    [{ kind: 'Deploy' }, false],
    [{ kind: 'Deploy.*' }, true],
    [{ name: 'w|x' }, false],
    [{ name: 'web|x' }, true],
    [{ namespace: 'other' }, false],
    [{ labelSelector: 'app=web,tier!=back' }, true],
    [{ labelSelector: 'app == db' }, false],
    [{ labelSelector: 'tier in (front, back),app' }, true],
    [{ labelSelector: 'tier notin (front)' }, false],
    [{ labelSelector: 'missing notin (x)' }, true],
    [{ labelSelector: '!app' }, false],
    [{ labelSelector: '!constructor' }, true],
    [{ annotationSelector: 'x=y' }, false],
  ])('%j: %s', (selector, matches) => {
    expect(compileSelector(selector)(object)).toBe(matches);
  });

  it.each([
    { name: '(' },
    { labelSelector: 'a b c' },
    { name: 'x.'.repeat(200) },
  ])('refuses %j', selector => {
    expect(() => compileSelector(selector)).toThrow(
      expect.objectContaining({ code: 'invalid-reference' }),
    );
  });
});
