import { imageRepositoryKind } from '@backstage-gitops/plugin-gitops-common';
import { claimObject } from '../../../__testUtils__/claims';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../../__testUtils__/databases';
import { LeaseLostError } from '../../../engine/queue/LeaseLostError';
import { TagStore } from './TagStore';

jest.setTimeout(120_000);

const MANY = 200_000;

describe.each(testDatabaseIds)('tags on %s', id => {
  const init = migratedDatabases();
  const open = async () => {
    const database = await init(id);
    const claim = await claimObject(database, {
      ...{ home: 'demo', group: imageRepositoryKind.group },
      ...{ kind: imageRepositoryKind.kind, namespace: 'default', name: 'game' },
    });
    return { database, claim, tags: new TagStore({ database }) };
  };
  const read = async (tags: TagStore, object: string, image: string) => {
    const found: string[] = [];
    for await (const page of tags.pages(object, image)) {
      found.push(...page);
    }
    return found;
  };

  it('are kept in their order, and are replaced all together', async () => {
    const { claim, tags } = await open();
    const { id: object } = claim.item;
    expect(await tags.has(object, 'game')).toBe(false);
    await tags.set(claim, 'game', ['v2', 'v1', 'latest']);
    expect(await tags.has(object, 'game')).toBe(true);
    expect(await read(tags, object, 'game')).toEqual(['v2', 'v1', 'latest']);
    expect(await read(tags, object, 'other')).toEqual([]);
    await tags.set(claim, 'other', ['a']);
    expect(await tags.has(object, 'game')).toBe(false);
    expect(await read(tags, object, 'other')).toEqual(['a']);
    await tags.remove(claim);
    expect(await tags.has(object, 'other')).toBe(false);
  });

  it('come in pieces, however many they are', async () => {
    const { claim, tags } = await open();
    const all = Array.from({ length: MANY }, (_, n) => `1.${MANY - n}.0`);
    await tags.set(claim, 'game', all);
    let longest = 0;
    let next = 0;
    for await (const page of tags.pages(claim.item.id, 'game')) {
      longest = Math.max(longest, page.length);
      expect(page).toEqual(all.slice(next, next + page.length));
      next += page.length;
    }
    expect(next).toBe(MANY);
    expect(longest).toBe(500);
  });

  it('are read on from any of them, and from one that is gone', async () => {
    const { claim, tags } = await open();
    // Upper case comes before lower case here, whatever a database thinks of it.
    const all = Array.from({ length: 1_200 }, (_, n) => [
      `a-${String(n).padStart(4, '0')}`,
      `B-${String(n).padStart(4, '0')}`,
    ])
      .flat()
      .sort()
      .reverse();
    await tags.set(claim, 'game', all);
    for (const after of [all[0], all[499], all[500], 'a-0500x', 'B', 'zzz']) {
      const found: string[] = [];
      for await (const page of tags.pages(claim.item.id, 'game', { after })) {
        found.push(...page);
      }
      expect(found).toEqual(all.filter(tag => tag < after));
    }
  });

  it('are written by who holds the claim alone', async () => {
    const { database, claim, tags } = await open();
    await tags.set(claim, 'game', ['v1']);
    await database('gitops_work').update({ fence: 99 });
    await expect(tags.set(claim, 'game', ['v2'])).rejects.toThrow(
      LeaseLostError,
    );
    expect(await read(tags, claim.item.id, 'game')).toEqual(['v1']);
  });
});
