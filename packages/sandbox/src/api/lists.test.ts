import { asArray, asObject, at } from '../json/value';
import type { JsonObject } from '../json/value';
import type { Answer } from '../testing/apiClient';
import { configMap, MERGE, TestApi } from '../testing/apiClient';

jest.setTimeout(60_000);

// Answers of kube-apiserver 1.34 to the same requests.
const MAPS = '/api/v1/namespaces/default/configmaps';
const SELECT = 'labelSelector=n';

const names = (answer: Answer) =>
  asArray(answer.body.items).map(
    item =>
      `${String(at(item, 'metadata', 'name'))}${String(at(item, 'data', 'v'))}`,
  );
const versionOf = (answer: Answer) =>
  String(at(answer.body, 'metadata', 'resourceVersion'));
const tokenOf = (answer: Answer) =>
  encodeURIComponent(String(at(answer.body, 'metadata', 'continue')));

describe('lists', () => {
  let test: TestApi;

  beforeEach(async () => {
    test = await TestApi.start();
    for (const name of ['a', 'b', 'c', 'd']) {
      await test.call(
        'POST',
        MAPS,
        configMap(name, { v: '1' }, { labels: { n: name } }),
      );
    }
  });
  afterEach(() => test.stop());

  const change = async () => {
    await test.call('PATCH', `${MAPS}/c`, { data: { v: '2' } }, MERGE);
    await test.call('DELETE', `${MAPS}/d`);
    await test.call(
      'POST',
      MAPS,
      configMap('cc', { v: '1' }, { labels: { n: 'cc' } }),
    );
  };

  it('goes on in the state of the first page', async () => {
    const first = await test.call('GET', `${MAPS}?limit=2&${SELECT}`);
    expect(names(first)).toEqual(['a1', 'b1']);
    await change();
    const second = await test.call(
      'GET',
      `${MAPS}?limit=2&${SELECT}&continue=${tokenOf(first)}`,
    );
    expect(names(second)).toEqual(['c1', 'd1']);
    expect(versionOf(second)).toBe(versionOf(first));
    expect(at(second.body, 'metadata', 'continue')).toBeUndefined();
  });

  it('lists an earlier state exactly, or a newer one', async () => {
    const before = await test.call('GET', `${MAPS}?${SELECT}`);
    await change();
    const at0 = `${SELECT}&resourceVersion=${versionOf(before)}`;
    const exact = await test.call(
      'GET',
      `${MAPS}?${at0}&resourceVersionMatch=Exact`,
    );
    expect(names(exact)).toEqual(['a1', 'b1', 'c1', 'd1']);
    expect(versionOf(exact)).toBe(versionOf(before));
    const legacy = await test.call('GET', `${MAPS}?${at0}&limit=10`);
    expect(names(legacy)).toEqual(['a1', 'b1', 'c1', 'd1']);
    const newer = await test.call(
      'GET',
      `${MAPS}?${at0}&resourceVersionMatch=NotOlderThan`,
    );
    expect(names(newer)).toEqual(['a1', 'b1', 'c2', 'cc1']);
  });

  it('ignores the limit of a list from version 0', async () => {
    const all = await test.call(
      'GET',
      `${MAPS}?${SELECT}&limit=1&resourceVersion=0`,
    );
    expect(names(all)).toHaveLength(4);
  });

  it('counts what remains without selectors', async () => {
    const all = await test.call('GET', MAPS);
    const page = await test.call('GET', `${MAPS}?limit=1`);
    expect(at(page.body, 'metadata', 'remainingItemCount')).toBe(
      names(all).length - 1,
    );
  });

  it('offers an inconsistent continuation where the state is gone', async () => {
    const first = await test.call('GET', `${MAPS}?limit=2&${SELECT}`);
    await change();
    test.api.faults.compact();
    const gone = await test.call(
      'GET',
      `${MAPS}?limit=5&${SELECT}&continue=${tokenOf(first)}`,
    );
    expect(gone.status).toBe(410);
    expect(gone.body.reason).toBe('Expired');
    expect(gone.body.message).toMatch(
      /^The provided continue parameter is too old to display a consistent list result\./,
    );
    const rest = await test.call(
      'GET',
      `${MAPS}?limit=5&${SELECT}&continue=${tokenOf(gone)}`,
    );
    expect(names(rest)).toEqual(['c2', 'cc1']);
  });

  it.each([
    [
      'resourceVersion=abc',
      400,
      'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    [
      'resourceVersionMatch=Exact',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersion=1&resourceVersionMatch=Foo',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
    [
      'labelSelector=a%3Db%3Dc',
      400,
      `found '=', expected: ',' or 'end of string'`,
    ],
    [
      'labelSelector=a%20in%20b',
      400,
      `unable to parse requirement: found 'b' expected: '('`,
    ],
    [
      'labelSelector=%3Db',
      400,
      `found '=', expected: !, identifier, or 'end of string'`,
    ],
    [
      'fieldSelector=data.v%3D1',
      400,
      '"data.v" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
  ])('refuses %s', async (query, status, message) => {
    const { body } = await test.call('GET', `${MAPS}?${query}`);
    expect(body.message).toBe(message);
    expect(body.code).toBe(status);
  });

  it('does not show a version that is yet to come', async () => {
    const { status, body } = await test.call(
      'GET',
      `${MAPS}?resourceVersion=999999`,
    );
    expect(status).toBe(504);
    expect(body.reason).toBe('Timeout');
    expect(body.message).toMatch(
      /^Timeout: Too large resource version: 999999, current: \d+$/,
    );
    expect(at(body, 'details', 'retryAfterSeconds')).toBe(1);
  });

  it('leaves the kind out of items of built-in lists', async () => {
    const { body } = await test.call('GET', `${MAPS}?${SELECT}`);
    expect(Object.keys(asObject(asArray(body.items)[0]))).toEqual([
      'metadata',
      'data',
    ]);
  });

  describe('watches', () => {
    const isBookmark = ({ type }: JsonObject) => type === 'BOOKMARK';

    it('marks the end of the present state', async () => {
      const events = await test.watch(
        `${MAPS}?watch=1&${SELECT}&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
        isBookmark,
      );
      expect(events.map(({ type }) => type)).toEqual([
        ...Array(4).fill('ADDED'),
        'BOOKMARK',
      ]);
      const last = asObject(events[4].object);
      expect(Object.keys(asObject(last.metadata)).sort()).toEqual([
        'annotations',
        'resourceVersion',
      ]);
      expect(at(last, 'metadata', 'annotations')).toEqual({
        'k8s.io/initial-events-end': 'true',
      });
    });

    it('starts after a version', async () => {
      const before = await test.call('GET', `${MAPS}?${SELECT}`);
      await change();
      const events = await test.watch(
        `${MAPS}?watch=1&${SELECT}&resourceVersion=${versionOf(before)}`,
        ({ object }) => at(object, 'metadata', 'name') === 'cc',
      );
      expect(
        events.map(
          ({ type, object }) =>
            `${String(type)} ${String(at(object, 'metadata', 'name'))}`,
        ),
      ).toEqual(['MODIFIED c', 'DELETED d', 'ADDED cc']);
    });

    it.each([
      [
        'sendInitialEvents=true',
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ],
      [
        'resourceVersionMatch=NotOlderThan',
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ],
      [
        'continue=x',
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided',
      ],
      ['timeoutSeconds=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ])('refuses %s', async (query, message) => {
      const { body } = await test.call('GET', `${MAPS}?watch=1&${query}`);
      expect(body.message).toBe(message);
    });
  });
});
