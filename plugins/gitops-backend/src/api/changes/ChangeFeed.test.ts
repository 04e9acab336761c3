import { mockServices } from '@backstage/backend-test-utils';
import { ApiWorld } from '../__testUtils__/ApiWorld';
import { kustomization } from '../__testUtils__/objects';
import { onlyIn } from '../__testUtils__/policy';
import { ChangeFeed } from './ChangeFeed';

const named = (name: string, version: string) => {
  const object = kustomization(name);
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion: version },
  };
};

describe('GET /changes', () => {
  let world: ApiWorld;
  beforeEach(() => {
    world = new ApiWorld();
  });

  const since = async (cursor?: string) => {
    const { body } = await world.get(
      `/changes${cursor ? `?since=${cursor}` : ''}`,
    );
    return { ...body, keys: body.keys!.map(({ name }) => name) };
  };

  it('tells what changed, each object once, and where to go on', async () => {
    world.put(named('old', '1'));
    const start = await since();
    expect(start).toEqual({ cursor: 'gen.1', reset: false, keys: [] });
    world.put(named('a', '1'));
    world.put(named('b', '1'));
    world.put(named('a', '2'));
    expect(await since(start.cursor)).toEqual({
      cursor: 'gen.4',
      reset: false,
      keys: ['b', 'a'],
    });
    expect((await since('gen.4')).keys).toEqual([]);
    world.remove(named('b', '1'));
    expect((await since('gen.4')).keys).toEqual(['b']);
  });

  it('goes on from the cursor of a list and of an object', async () => {
    world.put(named('a', '1'));
    const list = await world.get('/objects');
    const detail = await world.get('/objects/local/Kustomization/default/a');
    world.put(named('b', '1'));
    expect((await since(list.body.changesCursor)).keys).toEqual(['b']);
    expect((await since(detail.body.changesCursor)).keys).toEqual(['b']);
  });

  it('says nothing of what a watch that starts anew lists unchanged', async () => {
    world.put(named('a', '1'));
    const { cursor } = await since();
    world.put(named('a', '1'));
    expect((await since(cursor)).keys).toEqual([]);
  });

  it.each(['other.1', 'gen.99'])(
    'resets a cursor that it did not give: %s',
    async cursor => {
      world.put(named('a', '1'));
      expect(await since(cursor)).toMatchObject({ reset: true, keys: [] });
    },
  );

  it.each(['since=x', 'since=gen.-1', 'since=', 'from=gen.1'])(
    'refuses %s',
    async query => {
      expect((await world.get(`/changes?${query}`)).status).toBe(400);
    },
  );

  it('names only what may be seen, of deletions as well', async () => {
    const { cursor } = await since();
    const mine = world.put(kustomization('mine', { namespace: 'mine' }));
    const theirs = world.put(kustomization('theirs', { namespace: 'theirs' }));
    world.remove(mine);
    world.remove(theirs);
    world.policy['gitops.object.read'] = onlyIn('mine');
    expect((await since(cursor)).keys).toEqual(['mine']);
  });
});

describe('ChangeFeed', () => {
  function feedOf(
    options: Partial<ConstructorParameters<typeof ChangeFeed>[0]>,
  ) {
    const world = new ApiWorld();
    const clock = {
      now: 0,
      due: undefined as (() => void) | undefined,
      wait: 0,
      cancelled: 0,
    };
    const ticks: number[] = [];
    const feed = new ChangeFeed({
      index: world.index,
      logger: mockServices.logger.mock(),
      generation: 'g',
      now: () => clock.now,
      after: (ms, callback) => {
        clock.wait = ms;
        clock.due = callback;
        return () => {
          clock.cancelled += 1;
        };
      },
      publish: async () => {
        ticks.push(clock.now);
      },
      ...options,
    });
    const change = (name: string) => {
      const object = kustomization(name);
      world.home().cache.set(object, []);
      feed.record(world.home(), object);
    };
    return { feed, change, clock, ticks };
  }

  it('ticks at once, and then at most once in 500 ms, last of all for the last change', () => {
    const { change, clock, ticks } = feedOf({});
    change('a');
    expect(ticks).toEqual([0]);
    clock.now = 100;
    change('b');
    change('c');
    expect(ticks).toEqual([0]);
    expect(clock.wait).toBe(400);
    clock.now = 500;
    clock.due!();
    expect(ticks).toEqual([0, 500]);
    clock.now = 2_000;
    change('d');
    expect(ticks).toEqual([0, 500, 2_000]);
  });

  it('calls off the tick to come when it stops', () => {
    const { feed, change, clock } = feedOf({});
    change('a');
    change('b');
    feed.stop();
    expect(clock.cancelled).toBe(1);
  });

  it('survives a failure to send', async () => {
    const logger = mockServices.logger.mock();
    const { feed, change } = feedOf({
      logger,
      publish: async () => {
        throw new Error('no signals');
      },
    });
    change('a');
    await new Promise(process.nextTick);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('no signals'),
    );
    expect(feed.since('g.0').objects).toHaveLength(1);
  });

  it('resets who comes back after its memory ends, and nobody else', () => {
    const { feed, change } = feedOf({ capacity: 3 });
    ['a', 'b', 'c', 'd', 'e'].forEach(change);
    expect(feed.since('g.1')).toEqual({
      cursor: 'g.5',
      reset: true,
      objects: [],
    });
    expect(feed.since('g.2').objects.map(({ key }) => key.name)).toEqual([
      'c',
      'd',
      'e',
    ]);
  });

  it('resets rather than naming very many', () => {
    const { feed, change } = feedOf({ maxKeys: 2 });
    ['a', 'b', 'c'].forEach(change);
    expect(feed.since('g.0').reset).toBe(true);
    expect(feed.since('g.1').objects).toHaveLength(2);
  });
});
