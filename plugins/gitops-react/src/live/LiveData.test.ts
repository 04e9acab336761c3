import { GitopsApiError } from '@backstage-gitops/plugin-gitops-common';
import { settled, TestClock } from '../__testUtils__/testClock';
import { ChangeFeed } from './ChangeFeed';
import { LiveData } from './LiveData';

const key = { home: 'demo', kind: 'Kustomization', namespace: 'a', name: 'b' };

function dataThatLoads(load: () => Promise<string>) {
  const clock = new TestClock();
  const getChanges = jest.fn(async () => ({
    cursor: 'c2',
    reset: false,
    keys: [],
  }));
  const feed = new ChangeFeed({ api: { getChanges }, clock });
  const loaded = jest.fn(load);
  const data = new LiveData<string>({
    load: loaded,
    concerns: change => change.all || change.keys.length > 0,
    cursorOf: () => 'c1',
    feed,
    clock,
  });
  return { clock, feed, data, loaded };
}

const refusal = new GitopsApiError({
  message: 'no',
  code: 'GITOPS_NOT_ALLOWED',
  status: 403,
});

describe('LiveData', () => {
  it('reads when somebody listens, and again when a change concerns it', async () => {
    let version = 1;
    const { clock, feed, data, loaded } = dataThatLoads(
      async () => `v${version}`,
    );
    expect(loaded).not.toHaveBeenCalled();
    data.subscribe(() => {});
    await settled();
    expect(data.getSnapshot()).toEqual({ data: 'v1', askedAt: 0 });

    version = 2;
    feed.announce([]);
    await clock.pass(1_000);
    expect(loaded).toHaveBeenCalledTimes(1);
    feed.announce([key]);
    await clock.pass(0);
    expect(data.getSnapshot()).toEqual({ data: 'v2', askedAt: 1_000 });
  });

  it('reads once more for many changes during a read', async () => {
    const { clock, feed, data, loaded } = dataThatLoads(async () => 'v');
    data.subscribe(() => {});
    feed.announce([key]);
    feed.announce([key]);
    await settled();
    expect(loaded).toHaveBeenCalledTimes(1);
    await clock.pass(499);
    expect(loaded).toHaveBeenCalledTimes(1);
    await clock.pass(1);
    expect(loaded).toHaveBeenCalledTimes(2);
  });

  it('keeps what it has beside an error, and tries again after ten seconds', async () => {
    let fails = false;
    const { clock, data, loaded } = dataThatLoads(async () => {
      if (fails) throw new TypeError('Failed to fetch');
      return 'v';
    });
    data.subscribe(() => {});
    await settled();
    fails = true;
    data.refresh();
    await settled();
    expect(data.getSnapshot()).toMatchObject({
      data: 'v',
      error: { message: 'Failed to fetch' },
      nextTryAt: 10_000,
    });
    fails = false;
    await clock.pass(10_000);
    expect(loaded).toHaveBeenCalledTimes(3);
    expect(data.getSnapshot()).toEqual({ data: 'v', askedAt: 10_000 });
  });

  it('never repeats a question that was refused', async () => {
    const { clock, data, loaded } = dataThatLoads(async () => {
      throw refusal;
    });
    data.subscribe(() => {});
    await clock.pass(60_000);
    expect(loaded).toHaveBeenCalledTimes(1);
    expect(data.getSnapshot()).toEqual({ error: refusal });
  });

  it('drops the answer that nobody waits for any more', async () => {
    let answer: (text: string) => void = () => {};
    const { data } = dataThatLoads(
      () =>
        new Promise(resolve => {
          answer = resolve;
        }),
    );
    const stop = data.subscribe(() => {});
    stop();
    answer('late');
    await settled();
    expect(data.getSnapshot()).toEqual({});
  });
});
