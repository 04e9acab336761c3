import fc from 'fast-check';
import { HelmError } from '../HelmError';
import {
  coalesceValues,
  combineValues,
  createCapabilities,
  parseSet,
  readValues,
  SetKind,
  Values,
} from './index';

describe('coalesceValues', () => {
  const db = {
    name: 'db',
    values: { port: 1, gone: null, global: { own: 1, zone: 'x' } },
    dependencies: [],
  };

  it('removes keys by null, and drops nulls of charts', () => {
    const chart = {
      name: 'p',
      values: { a: { b: 1, c: 2 }, d: 1, none: null },
      dependencies: [],
    };
    const values = { a: { b: null }, d: null, mine: null };
    expect(coalesceValues(chart, values)).toEqual({ a: { c: 2 }, mine: null });
    expect(values).toEqual({ a: { b: null }, d: null, mine: null });
  });

  it('hands globals down, never up', () => {
    const chart = {
      name: 'p',
      values: { global: { zone: 'y' }, db: { port: 2 } },
      dependencies: [db],
    };
    expect(coalesceValues(chart, {})).toEqual({
      global: { zone: 'y' },
      db: { port: 2, global: { own: 1, zone: 'y' } },
    });
  });

  it('names keys in warnings, not values', () => {
    const warnings: string[] = [];
    const chart = {
      name: 'p',
      values: { a: 'secret', b: { c: { d: 1 } } },
      dependencies: [],
    };
    coalesceValues(
      chart,
      { a: { x: 1 }, b: { c: 'secret' } },
      { onWarning: warning => warnings.push(warning) },
    );
    expect(warnings).toEqual([
      'skipped value for p.a: not a table',
      'cannot overwrite table with non table for p.b.c',
    ]);
  });

  it('refuses a section of a dependency that is no table', () => {
    const chart = { name: 'p', dependencies: [db] };
    expect(() => coalesceValues(chart, { db: 'text' })).toThrow(
      expect.objectContaining({ code: 'type-mismatch' }),
    );
  });
});

describe('parseSet', () => {
  it.each<[SetKind, string, Values]>([
    [
      'set',
      'a.b=1,c=1.5,d=null,e=TRUE',
      { a: { b: 1n }, c: '1.5', d: null, e: true },
    ],
    ['set', 'l[1]=x,l[0].k={a,2}', { l: [{ k: ['a', 2n] }, 'x'] }],
    ['set', 'a\\.b=x\\,y', { 'a.b': 'x,y' }],
    [
      'set',
      'n=9223372036854775808,m=007',
      { n: '9223372036854775808', m: '007' },
    ],
    ['set-string', 'a=1,b=null', { a: '1', b: 'null' }],
    ['set-json', 'a={"b":[1,2]} ,c="x"', { a: { b: [1, 2] }, c: 'x' }],
    ['set-literal', 'a=x,y={z}\\n', { a: 'x,y={z}\\n' }],
    ['set-file', 'a=f.txt', { a: 'content of f.txt' }],
  ])('%s %s', (kind, text, expected) => {
    const values = parseSet(
      kind,
      text,
      {},
      {
        readFile: path => `content of ${path}`,
      },
    );
    expect(values).toEqual(expected);
  });

  it.each([
    'a',
    'a,b=1',
    'a[-1]=x',
    'a[65537]=x',
    'a[x]=1',
    'a={x',
    `${'a.'.repeat(31)}b=1`,
  ])('refuses %j', text => {
    expect(() => parseSet('set', text)).toThrow(
      expect.objectContaining({ code: 'invalid-set' }),
    );
  });

  it('takes __proto__ for a name', () => {
    const values = parseSet('set', '__proto__.x=1,constructor.y=2');
    expect(Object.keys(values)).toEqual(['__proto__', 'constructor']);
    expect({}).not.toHaveProperty('x');
    expect(Object).not.toHaveProperty('y');
  });

  it('throws nothing but errors of its own', () => {
    const kinds: SetKind[] = ['set', 'set-string', 'set-json', 'set-literal'];
    const text = fc.string({
      unit: fc.constantFrom(...'ab=.,[]{}\\01-"\u00e9 \ud83d'),
      maxLength: 30,
    });
    expect(() =>
      fc.assert(
        fc.property(fc.constantFrom(...kinds), text, (kind, input) => {
          let thrown: unknown;
          try {
            parseSet(kind, input, { a: [1], b: { a: 'x' } });
          } catch (error) {
            thrown = error;
          }
          return thrown === undefined || thrown instanceof HelmError;
        }),
        { numRuns: 500 },
      ),
    ).not.toThrow();
  });
});

describe('readValues', () => {
  it('merges documents; every number is a float', () => {
    expect(
      readValues(
        'a: {b: 1}\n--- # more\na: {c: 12345678901234567890}\ny: on\n',
      ),
    ).toEqual({ a: { b: 1, c: 12345678901234567000 }, true: true });
  });

  it.each(['- 1\n', 'a: [\n', 'a: .nan\n', '--- a: 1\n', 'text'])(
    'refuses %j',
    text => {
      expect(() => readValues(text)).toThrow(
        expect.objectContaining({ code: 'invalid-yaml' }),
      );
    },
  );
});

it('combines files and single values in the order of Helm', () => {
  expect(
    combineValues({
      files: [
        { name: 'a.yaml', content: 'a: 1\nb: {c: 1, d: 1}\n' },
        { name: 'b.yaml', content: 'b: {c: null}\n' },
      ],
      setJson: ['{"b": {"e": 1}}', 'f=[1]'],
      set: ['b.d=2'],
      setString: ['a=2'],
      setLiteral: ['g=1,2'],
    }),
  ).toEqual({
    a: '2',
    b: { c: null, d: 2n, e: 1 },
    f: [1],
    g: '1,2',
  });
});

it('knows a cluster, or assumes one', () => {
  const { kubeVersion, apiVersions } = createCapabilities({
    kubeVersion: '1.33.4-gke.12',
    extraApiVersions: ['example.com/v1/Thing'],
  });
  expect(kubeVersion).toEqual({
    version: 'v1.33.4-gke.12',
    normalized: 'v1.33.4',
    major: '1',
    minor: '33',
  });
  expect(apiVersions).toEqual(
    expect.arrayContaining(['apps/v1', 'example.com/v1/Thing']),
  );
  expect(() => createCapabilities({ kubeVersion: 'new' })).toThrow(
    expect.objectContaining({ code: 'invalid-version' }),
  );
});
