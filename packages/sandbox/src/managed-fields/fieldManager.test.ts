import type { JsonObject } from '../json/value';
import { asArray, asObject, at } from '../json/value';
import type { JsonSchema } from '../kinds/jsonSchema';
import { FieldTypes } from '../kinds/fieldTypes';
import type { FieldManagerRequest } from './fieldManager';
import { trackApply, trackUpdate } from './fieldManager';
import { printPath } from './path';
import type { FieldSet } from './fieldSet';
import { FieldConflicts } from './updater';

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: {
              port: { type: 'integer' },
              protocol: { type: 'string', default: 'TCP' },
              name: { type: 'string' },
            },
          },
        },
        tags: {
          type: 'array',
          'x-kubernetes-list-type': 'set',
          items: { type: 'string' },
        },
        args: { type: 'array', items: { type: 'string' } },
        selector: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          additionalProperties: { type: 'string' },
        },
        free: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    },
  },
};

const TYPE = new FieldTypes().ofCustomResource(SCHEMA);
const API_VERSION = 'example.com/v1';

function request(
  manager: string,
  now = '2026-01-01T00:00:00Z',
): FieldManagerRequest {
  return {
    manager,
    now,
    apiVersion: API_VERSION,
    empty: {},
    versions: {
      convert: (value: JsonObject | undefined, apiVersion: string) =>
        apiVersion === API_VERSION ? { type: TYPE, value } : undefined,
      filter: (set: FieldSet) => set,
    },
  };
}

function widget(spec: JsonObject): JsonObject {
  return {
    apiVersion: API_VERSION,
    kind: 'Widget',
    metadata: { name: 'w' },
    spec,
  };
}

/** As stored: with the identity that tells an existing object from a new one. */
function stored(object: JsonObject): JsonObject {
  return { ...object, metadata: { ...asObject(object.metadata), uid: 'u' } };
}

const apply = (
  manager: string,
  live: JsonObject | undefined,
  spec: JsonObject,
  force = false,
) => stored(trackApply(request(manager), live, widget(spec), force));

function owned(object: JsonObject, manager: string): unknown {
  const entry = asArray(at(object, 'metadata', 'managedFields')).find(
    candidate => asObject(candidate).manager === manager,
  );
  return at(entry, 'fieldsV1', 'f:spec');
}

function conflictsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof FieldConflicts) {
      return error.conflicts.map(({ path }) => printPath(path));
    }
    throw error;
  }
  return [];
}

describe('server-side apply', () => {
  it('merges list maps by their keys, a missing key by its default', () => {
    const first = apply('one', undefined, {
      ports: [{ port: 80, name: 'a' }, { port: 90 }],
    });
    const second = apply('two', first, {
      ports: [
        { port: 80, protocol: 'UDP' },
        { port: 90, name: 'b' },
      ],
    });
    expect(at(second, 'spec', 'ports')).toEqual([
      { port: 80, name: 'a' },
      { port: 80, protocol: 'UDP' },
      { port: 90, name: 'b' },
    ]);
    expect(owned(second, 'one')).toEqual({
      'f:ports': {
        'k:{"port":80,"protocol":"TCP"}': {
          '.': {},
          'f:name': {},
          'f:port': {},
        },
        'k:{"port":90,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
      },
    });
  });

  it('removes list entries that their only applier leaves out', () => {
    const first = apply('one', undefined, {
      ports: [{ port: 1 }, { port: 2 }],
    });
    const second = apply('two', first, { ports: [{ port: 2 }, { port: 3 }] });
    const third = apply('one', second, { ports: [{ port: 1 }] });
    expect(at(third, 'spec', 'ports')).toEqual([
      { port: 1 },
      { port: 2 },
      { port: 3 },
    ]);
    const fourth = apply('two', third, { ports: [{ port: 3 }] });
    expect(at(fourth, 'spec', 'ports')).toEqual([{ port: 1 }, { port: 3 }]);
  });

  it('merges sets by value, and replaces atomic lists and maps as a whole', () => {
    const first = apply('one', undefined, {
      tags: ['a', 'b'],
      args: ['x'],
      selector: { app: 'a' },
    });
    const second = apply('two', first, { tags: ['b', 'c'] });
    expect(at(second, 'spec', 'tags')).toEqual(['a', 'b', 'c']);
    expect(
      conflictsOf(() =>
        apply('two', second, {
          tags: ['c'],
          args: ['x', 'y'],
          selector: { app: 'a', tier: 'b' },
        }),
      ),
    ).toEqual(['.spec.args', '.spec.selector']);
  });

  it('lets managers share a field of one value', () => {
    const first = apply('one', undefined, { size: 1 });
    const second = apply('two', first, { size: 1 });
    expect(owned(second, 'one')).toEqual({ 'f:size': {} });
    expect(owned(second, 'two')).toEqual({ 'f:size': {} });
    const third = apply('one', second, {});
    expect(at(third, 'spec', 'size')).toBe(1);
  });

  it('takes a field over by force', () => {
    const first = apply('one', undefined, { size: 1, args: ['x'] });
    expect(conflictsOf(() => apply('two', first, { size: 2 }))).toEqual([
      '.spec.size',
    ]);
    const second = apply('two', first, { size: 2 }, true);
    expect(at(second, 'spec', 'size')).toBe(2);
    expect(owned(second, 'one')).toEqual({ 'f:args': {} });
  });

  it('merges what no schema declares by member', () => {
    const first = apply('one', undefined, { free: { a: { b: 1 } } });
    const second = apply('two', first, { free: { a: { c: [1] } } });
    expect(at(second, 'spec', 'free')).toEqual({ a: { b: 1, c: [1] } });
    const third = apply('one', second, { free: {} });
    expect(at(third, 'spec', 'free')).toEqual({ a: { c: [1] } });
  });

  it('keeps time and entries when nothing changes', () => {
    const first = apply('one', undefined, { size: 1 });
    const again = trackApply(
      request('one', '2030-01-01T00:00:00Z'),
      first,
      widget({ size: 1 }),
      false,
    );
    expect(again).toEqual(first);
  });

  it('counts what was there before the first apply as updated', () => {
    const live = stored(widget({ size: 1 }));
    expect(conflictsOf(() => apply('one', live, { size: 2 }))).toEqual([
      '.spec.size',
    ]);
    const adopted = apply('one', live, { size: 1 });
    expect(owned(adopted, 'before-first-apply')).toMatchObject({
      'f:size': {},
    });
  });

  it('does not take 64-bit integers of one value for different ones', () => {
    const first = apply('one', undefined, { size: 9007199254740993n });
    expect(
      conflictsOf(() => apply('two', first, { size: 9007199254740993n })),
    ).toEqual([]);
    expect(
      conflictsOf(() => apply('two', first, { size: 9007199254740992n })),
    ).toEqual(['.spec.size']);
  });
});

describe('updates', () => {
  it('own what they change and take it from appliers', () => {
    const first = apply('one', undefined, { size: 1, args: ['x'] });
    const next = {
      ...first,
      spec: { ...asObject(first.spec), size: 5 },
    };
    const updated = trackUpdate(request('editor'), first, next);
    expect(owned(updated, 'editor')).toEqual({ 'f:size': {} });
    expect(owned(updated, 'one')).toEqual({ 'f:args': {} });
  });

  it('disown what they remove', () => {
    const first = apply('one', undefined, { size: 1, args: ['x'] });
    const updated = trackUpdate(request('editor'), first, {
      ...first,
      spec: { args: ['x'] },
    });
    expect(owned(updated, 'one')).toEqual({ 'f:args': {} });
    expect(owned(updated, 'editor')).toBeUndefined();
  });

  it('merge the oldest of more than ten updaters', () => {
    let live = stored(
      trackUpdate(
        request('m00', time(0)),
        undefined,
        widget({ labels: { m00: '' } }),
      ),
    );
    for (let index = 1; index < 15; index += 1) {
      const name = `m${String(index).padStart(2, '0')}`;
      const labels = { ...asObject(at(live, 'spec', 'labels')), [name]: '' };
      live = trackUpdate(request(name, time(index)), live, {
        ...live,
        spec: { labels },
      });
    }
    const managers = asArray(at(live, 'metadata', 'managedFields')).map(
      entry => asObject(entry).manager,
    );
    expect(managers).toHaveLength(10);
    expect(managers[0]).toBe('ancient-changes');
  });

  it('forget all owners when a client sends an empty list', () => {
    const first = apply('one', undefined, { size: 1 });
    const reset = trackUpdate(request('editor'), first, {
      ...first,
      metadata: { ...asObject(first.metadata), managedFields: [] },
    });
    expect(at(reset, 'metadata', 'managedFields')).toBeUndefined();
  });
});

function time(second: number): string {
  return `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;
}
