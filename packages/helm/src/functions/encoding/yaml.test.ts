import {
  ANY,
  FLOAT32,
  goInt,
  GoEntries,
  GoNil,
  GoNumber,
  GoStruct,
  GoTyped,
  INT64,
  mapType,
  STRING_SLICE,
} from '@backstage-gitops/go-template';
import { yamlFunctions } from './yaml';

const call = (name: string, value: unknown) =>
  yamlFunctions.get(name)!.call(value);

describe('toYaml', () => {
  // What sigs.k8s.io/yaml 1.6 writes.
  it.each([
    [{ b: [1, { c: 'x' }], a: null }, 'a: null\nb:\n- 1\n- c: x'],
    [null, 'null'],
    [goInt(7), '7'],
    [goInt(9007199254740993n), '9007199254740993'],
    [new GoNumber(FLOAT32, Math.fround(0.1)), '0.1'],
    ['😀\udcff', '"\\U0001F600\ufffd"'],
    ['a\nb\n', '|\n  a\n  b'],
    [
      { 'a\nb': [1], 'c\rd': { e: 'f' } },
      '? |-\n  a\n  b\n: - 1\n? "c\\rd"\n: e: f',
    ],
    ['a \x85\x85 b', '|-\n  a\n  b'],
    ['a\x85b', 'a b'],
    [new Uint8Array([104, 105]), 'aGk='],
    [JSON.parse('{"__proto__":1}'), '__proto__: 1'],
    [{ a: new GoNil(STRING_SLICE), b: undefined }, 'a: null'],
    [
      new GoStruct(
        { name: 'main.T', kind: 'struct', fields: ['B', 'A'] },
        { A: 1, B: 2 },
      ),
      'A: 1\nB: 2',
    ],
  ])('writes %j', (value, expected) => {
    expect(call('toYaml', value)).toBe(expected);
    expect(call('mustToYaml', value)).toBe(expected);
  });

  it('gives nothing for what cannot be written; mustToYaml fails', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const value of [NaN, -Infinity, cycle]) {
      expect(call('toYaml', value)).toBe('');
      expect(() => call('mustToYaml', value)).toThrow(
        /^error marshaling into JSON: json: unsupported value: /,
      );
    }
    expect(call('toYaml', '\x7f')).toBe('');
    expect(() => call('mustToYaml', '\x7f')).toThrow(
      'yaml: control characters are not allowed',
    );
  });

  it('fails where one value that stands in many places gets too long', () => {
    let value: unknown = 'x'.repeat(100);
    for (let i = 0; i < 40; i++) {
      value = [value, value];
    }
    for (const name of ['toYaml', 'toYamlPretty']) {
      expect(() => call(name, value)).toThrow(/too many values/);
    }
  });
});

describe('toYamlPretty', () => {
  const duration = {
    name: 'time.Duration',
    kind: 'int64' as const,
    underlying: INT64,
    text: () => '1.5s',
  };
  // What go-yaml v3.0.5 writes with an indentation of two.
  it.each([
    [
      {
        b: ['x', { c: ['y'] }],
        a: 1000000,
        t: 'x\ty',
        a10: 1,
        a9: 2,
        '1a': 1,
        '1.': 2,
      },
      '1a: 1\n"1.": 2\na: 1e+06\na9: 2\na10: 1\nb:\n  - x\n  - c:\n      - "y"\nt: "x\\ty"',
    ],
    [goInt(1000000), '1000000'],
    [[NaN, Infinity, -Infinity, -0], '- .nan\n- .inf\n- -.inf\n- -0'],
    ['\udcff', '!!binary /w=='],
    [new Uint8Array([104, 105]), '- 104\n- 105'],
    [{ a: new GoNumber(duration, 1_500_000_000) }, 'a: 1.5s'],
    [{ a: new GoNil(STRING_SLICE) }, 'a: []'],
    [
      new GoTyped(
        mapType(ANY, ANY),
        new GoEntries([
          ['k', 1],
          [true, 2],
          [goInt(7), 3],
        ]),
      ),
      'true: 2\n7: 3\nk: 1',
    ],
    [`${'word '.repeat(30)}end`, `${'word '.repeat(30)}end`],
  ])('writes %p', (value, expected) => {
    expect(call('toYamlPretty', value)).toBe(expected);
  });
});
