import { imageUpdateAutomationKind } from '@backstage-gitops/plugin-gitops-common';
import { claimObject } from '../../../__testUtils__/claims';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../../__testUtils__/databases';
import { LeaseLostError } from '../../../engine/queue/LeaseLostError';
import { workId } from '../../../engine/queue/WorkQueue';
import { ImagePush, PushHistory } from './PushHistory';

jest.setTimeout(60_000);

describe.each(testDatabaseIds)('pushes of automations on %s', id => {
  const init = migratedDatabases();
  const keyOf = (name: string) => ({
    home: 'demo',
    group: imageUpdateAutomationKind.group,
    kind: imageUpdateAutomationKind.kind,
    namespace: 'default',
    name,
  });
  const push = (at: number, extra: Partial<ImagePush> = {}): ImagePush => ({
    at,
    commit: `${at}`.repeat(40).slice(0, 40),
    branch: 'main',
    message: 'Update images',
    source: { namespace: 'default', name: 'game' },
    changes: [
      {
        file: 'apps/game.yaml',
        line: 3,
        setter: 'default:game',
        oldValue: 'game:v1',
        newValue: 'game:v2',
        object: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'game',
          name: 'game',
        },
      },
    ],
    ...extra,
  });

  it('are read back, the newest first and page by page', async () => {
    const database = await init(id);
    const claim = await claimObject(database, keyOf('game'));
    const other = await claimObject(database, keyOf('other'));
    const history = new PushHistory({ database });
    const pullRequest = { url: 'https://git.test/pulls/3', id: '3' };
    await history.append(claim, push(1));
    await history.append(other, push(2));
    await history.append(claim, push(3, { pullRequest }));
    await history.append(claim, push(4));

    const object = workId(keyOf('game'));
    const first = await history.list(object, { limit: 2 });
    expect(first).toEqual([
      { id: expect.any(Number), objectId: object, ...push(4) },
      {
        ...{ id: expect.any(Number), objectId: object },
        ...push(3, { pullRequest }),
      },
    ]);
    const before = first[1].id;
    const second = await history.list(object, { limit: 2, before });
    expect(second.map(({ at }) => at)).toEqual([1]);

    expect(await history.expire(3)).toBe(2);
    const rest = await history.list(object, { limit: 9 });
    expect(rest.map(({ at }) => at)).toEqual([4, 3]);
  });

  it('are written by who holds the claim alone', async () => {
    const database = await init(id);
    const claim = await claimObject(database, keyOf('game'));
    await database('gitops_work').update({ fence: 99 });
    await expect(
      new PushHistory({ database }).append(claim, push(1)),
    ).rejects.toThrow(LeaseLostError);
  });
});
