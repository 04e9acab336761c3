import { entityNameOf, objectNameOf, publishedNameOf } from './entityName';

const bare = { name: 'production', bare: true };
const edge = { name: 'edge', bare: false };
const long = (n: number) => 'x'.repeat(n);

describe('names of entities', () => {
  it('carry the home unless it is bare', () => {
    expect(entityNameOf(bare, 'app')).toBe('app');
    expect(entityNameOf(edge, 'app')).toBe('app_edge');
    expect(objectNameOf(edge, 'app_edge')).toBe('app');
    expect(objectNameOf(bare, 'app')).toBe('app');
  });

  it('are published as they are up to what the catalog takes', () => {
    expect(publishedNameOf(bare, long(63))).toBe(long(63));
    expect(publishedNameOf(edge, long(58))).toBe(`${long(58)}_edge`);
  });

  it('are cut and hashed beyond, each differently and always the same', () => {
    const names = [
      publishedNameOf(bare, long(64)),
      publishedNameOf(bare, long(65)),
      publishedNameOf(edge, long(59)),
      publishedNameOf(edge, long(64)),
      publishedNameOf({ ...edge, name: 'west' }, long(64)),
      publishedNameOf(bare, `${long(40)}.${long(60)}`),
    ];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name).toHaveLength(63);
      // As the catalog checks names (catalog-model 1.10).
      expect(name).toMatch(/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/);
    }
    expect(publishedNameOf(bare, long(64))).toBe(
      `${long(41)}__746df0c6c26193a3645e`,
    );
  });

  it('never look like the name of another object', () => {
    // A home and an object's name have no underscore: one is that of a home.
    expect(publishedNameOf(edge, long(100)).split('_')).toHaveLength(3);
  });
});
