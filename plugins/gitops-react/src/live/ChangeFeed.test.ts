import {
  ChangeList,
  GITOPS_SIGNALS_CHANNEL,
  GitopsApiError,
  GitopsTick,
} from '@backstage-gitops/plugin-gitops-common';
import type { SignalApi } from '@backstage/plugin-signals-react';
import { settled, TestClock } from '../__testUtils__/testClock';
import { Change, ChangeFeed, FeedPage } from './ChangeFeed';

const key = { home: 'demo', kind: 'Kustomization', namespace: 'a', name: 'b' };
const nothing: ChangeList = { cursor: 'c2', reset: false, keys: [] };

/** A feed at cursor c1, with a listener, on signals, page and time of ours. */
function feedWith(options: { signals?: boolean; heard?: boolean } = {}) {
  const clock = new TestClock();
  const getChanges = jest.fn(
    async (_query?: { since?: string }): Promise<ChangeList> => nothing,
  );
  let send: (tick: GitopsTick) => void = () => {};
  const signals: SignalApi = {
    subscribe(channel, listener) {
      expect(channel).toBe(GITOPS_SIGNALS_CHANNEL);
      send = tick => listener(tick as never);
      return { unsubscribe: () => (send = () => {}) };
    },
  };
  let onVisibility: () => void = () => {};
  const page: FeedPage & { visibilityState: DocumentVisibilityState } = {
    visibilityState: 'visible',
    addEventListener: (_, listener) => {
      onVisibility = listener;
    },
    removeEventListener: () => {
      onVisibility = () => {};
    },
  };
  const feed = new ChangeFeed({
    api: { getChanges },
    signals: options.signals === false ? undefined : signals,
    clock,
    page,
  });
  const changes: Change[] = [];
  const unsubscribe = feed.subscribe(change => changes.push(change));
  if (options.heard !== false) send({ type: 'alive' });
  return {
    feed,
    clock,
    getChanges,
    changes,
    unsubscribe,
    tick: () => send({ type: 'changed' }),
    alive: () => send({ type: 'alive' }),
    see: (state: DocumentVisibilityState) => {
      page.visibilityState = state;
      onVisibility();
    },
  };
}

describe('ChangeFeed', () => {
  it('asks nothing before there is data to be newer than', async () => {
    const { clock, getChanges, tick } = feedWith();
    tick();
    await clock.pass(60_000);
    expect(getChanges).not.toHaveBeenCalled();
  });

  it('tells of a change at once when a signal comes', async () => {
    const { feed, clock, getChanges, changes, tick } = feedWith();
    feed.startFrom('c1');
    expect(feed.getState().connection).toBe('live');
    getChanges.mockResolvedValueOnce({ ...nothing, keys: [key] });
    tick();
    await clock.pass(0);
    expect(getChanges).toHaveBeenCalledWith(
      { since: 'c1' },
      expect.objectContaining({ signal: expect.anything() }),
    );
    expect(changes).toEqual([{ all: false, keys: [key] }]);
  });

  it('asks once for many signals, and once more for those during a question', async () => {
    const { feed, clock, getChanges, tick } = feedWith();
    feed.startFrom('c1');
    let answer: (changes: ChangeList) => void = () => {};
    getChanges.mockReturnValueOnce(
      new Promise(resolve => {
        answer = resolve;
      }),
    );
    tick();
    await clock.pass(0);
    tick();
    tick();
    answer(nothing);
    await settled();
    expect(getChanges).toHaveBeenCalledTimes(1);
    await clock.pass(500);
    expect(getChanges).toHaveBeenCalledTimes(2);
    expect(getChanges).toHaveBeenLastCalledWith(
      { since: 'c2' },
      expect.anything(),
    );
  });

  it('asks every ten seconds while signals arrive', async () => {
    const { feed, clock, getChanges } = feedWith();
    feed.startFrom('c1');
    expect(feed.getState().connection).toBe('live');
    await clock.pass(30_000);
    expect(getChanges).toHaveBeenCalledTimes(3);
  });

  it.each([{ signals: false }, { heard: false }])(
    'asks every two seconds where none does: %j',
    async options => {
      const { feed, clock, getChanges } = feedWith(options);
      feed.startFrom('c1');
      expect(feed.getState().connection).toBe('polling');
      await clock.pass(10_000);
      expect(getChanges).toHaveBeenCalledTimes(5);
    },
  );

  it('trusts signals for as long as it hears them', async () => {
    const { feed, clock, getChanges, alive } = feedWith({ heard: false });
    feed.startFrom('c1');
    expect(feed.getState().connection).toBe('polling');
    alive();
    expect(feed.getState().connection).toBe('live');
    await clock.pass(40_000);
    const asked = getChanges.mock.calls.length;
    expect(asked).toBeLessThan(7);
    await clock.pass(30_000);
    expect(feed.getState().connection).toBe('polling');
    expect(getChanges.mock.calls.length - asked).toBeGreaterThan(8);
  });

  it('tells that everything may have changed when its cursor is too old', async () => {
    const { feed, clock, getChanges, changes } = feedWith();
    feed.startFrom('c1');
    getChanges.mockResolvedValueOnce({ ...nothing, reset: true });
    await clock.pass(10_000);
    expect(changes).toEqual([{ all: true }]);
  });

  it('is offline while questions fail, goes on asking, and comes back', async () => {
    const { feed, clock, getChanges } = feedWith();
    feed.startFrom('c1');
    getChanges.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    await clock.pass(10_000);
    expect(feed.getState()).toMatchObject({
      connection: 'offline',
      lastAnswerAt: 0,
      error: { message: 'Failed to fetch' },
    });
    await clock.pass(10_000);
    expect(feed.getState()).toEqual({
      connection: 'live',
      lastAnswerAt: 20_000,
    });
  });

  it('never asks again after a refusal, until something could be read', async () => {
    const { feed, clock, getChanges, tick } = feedWith();
    feed.startFrom('c1');
    getChanges.mockRejectedValueOnce(
      new GitopsApiError({ message: 'no', code: 'X', status: 403 }),
    );
    await clock.pass(10_000);
    tick();
    await clock.pass(60_000);
    expect(getChanges).toHaveBeenCalledTimes(1);
    feed.startFrom('c9');
    await clock.pass(10_000);
    expect(getChanges).toHaveBeenCalledWith({ since: 'c9' }, expect.anything());
  });

  it('asks nothing while the page is hidden, and at once when it is seen', async () => {
    const { feed, clock, getChanges, see, tick } = feedWith();
    feed.startFrom('c1');
    see('hidden');
    tick();
    await clock.pass(60_000);
    expect(getChanges).not.toHaveBeenCalled();
    see('visible');
    await clock.pass(0);
    expect(getChanges).toHaveBeenCalledTimes(1);
  });

  it('rests while nobody listens', async () => {
    const { feed, clock, getChanges, unsubscribe, tick } = feedWith();
    feed.startFrom('c1');
    unsubscribe();
    tick();
    await clock.pass(60_000);
    expect(getChanges).not.toHaveBeenCalled();
    feed.subscribe(() => {});
    await clock.pass(0);
    expect(getChanges).toHaveBeenCalledTimes(1);
  });
});
