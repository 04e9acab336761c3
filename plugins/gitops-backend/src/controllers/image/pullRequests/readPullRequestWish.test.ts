import { AutomationError } from '../automation/AutomationError';
import { readPullRequestWish } from './readPullRequestWish';

const P = 'backstage-gitops.io/pull-request';
const read = (annotations?: Record<string, string>) =>
  readPullRequestWish({ metadata: { name: 'a', annotations } });

describe('readPullRequestWish', () => {
  it.each([[undefined], [{}], [{ other: 'automation' }]])(
    'finds none in %j',
    annotations => {
      expect(read(annotations)).toBeUndefined();
    },
  );

  it.each<[Record<string, string>, object]>([
    [{ [P]: 'automation' }, { mode: 'automation' }],
    [{ [P]: 'policy' }, { mode: 'policy' }],
    [
      {
        ...{ [P]: 'policy', [`${P}-title`]: 'T', [`${P}-body`]: '' },
        [`${P}-labels`]: ' images, bot,,',
      },
      { mode: 'policy', title: 'T', body: '', labels: ['images', 'bot'] },
    ],
  ])('reads %j', (annotations, wish) => {
    expect(read(annotations)).toEqual(wish);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ [P]: '' }, /is ""; write automation/],
    [{ [P]: 'Policy' }, /is "Policy"; write automation/],
    [{ [P]: `x\n${'y'.repeat(1_000)}` }, /is "x\\ny{48}"; write/],
    [{ [`${P}-title`]: 'T' }, /pull-request-title says nothing without/],
  ])('refuses %j', (annotations, message) => {
    let error: unknown;
    try {
      read(annotations);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(AutomationError);
    expect(error).toMatchObject({
      ...{ isStalled: true, reason: 'InvalidPullRequest' },
      message: expect.stringMatching(message),
    });
  });
});
