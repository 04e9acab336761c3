import {
  ANY,
  FLOAT32,
  goInt,
  goInt64,
  GoEntries,
  GoMap,
  GoNil,
  GoNumber,
  GoStruct,
  GoTyped,
  INT,
  mapType,
  pointerType,
  typeOf,
} from '@backstage-gitops/go-template';
import { GoTime } from '../dates/GoTime';
import { createFromToml, tomlFunctions } from './toml';

const write = (value: unknown) => tomlFunctions.get('toToml')!.call(value);
const must = (value: unknown) => tomlFunctions.get('mustToToml')!.call(value);
const read = (text: string, timeZone?: string) =>
  createFromToml({ now: () => 0, timeZone }).call(text) as GoMap;

describe('toToml, mustToToml', () => {
  // What BurntSushi/toml 1.6.0 writes.
  it.each([
    [
      { b: 1, a: 'x"\n\x7f', '': true, 'x y': 1e21 },
      '"" = true\na = "x\\"\\n\\u007f"\nb = 1.0\n"x y" = 1e+21\n',
    ],
    [
      {
        a: [{ b: 1, c: { d: [{}] } }, {}],
        z: [[1], ['q']],
        e: new GoNil(pointerType(INT)),
      },
      'z = [[1.0], ["q"]]\n\n[[a]]\n  b = 1.0\n  [a.c]\n\n    [[a.c.d]]\n\n[[a]]\n',
    ],
    [{ l: [1, { a: null, b: 2 }] }, 'l = [1.0, {b = 2.0}]\n'],
    [{ l: [1, { a: 1, b: null }] }, 'l = [1.0, {a = 1.0, }]\n'],
    [
      { a: goInt(5), f: new GoNumber(FLOAT32, Math.fround(0.1)) },
      'a = 5\nf = 0.1\n',
    ],
    [{ n: NaN, i: -Infinity }, 'i = -inf\nn = nan\n'],
    [{ t: new GoTime(0n) }, 't = 1970-01-01T00:00:00Z\n'],
    [
      new GoStruct(
        { name: 'main.T', kind: 'struct', fields: ['B', 'A'] },
        { A: 1, B: { c: 2 } },
      ),
      'A = 1.0\n\n[B]\n  c = 2.0\n',
    ],
    [[], '[]'],
    ['x', '"x"'],
  ])('writes %p', (value, expected) => {
    expect(write(value)).toBe(expected);
    expect(must(value)).toBe(expected);
  });

  it.each([
    [{ a: [null] }, 'toml: cannot encode array with nil element'],
    [[{}], 'toml: top-level values must be Go maps or structs'],
    [
      new GoTyped(mapType(INT, ANY), new GoEntries([[goInt(1), 1]])),
      'toml: cannot encode a map with non-string key type',
    ],
  ])('gives the error for %p; mustToToml fails', (value, message) => {
    expect(write(value)).toBe(message);
    expect(() => must(value)).toThrow(message);
  });

  it('fails for nil and for values in themselves', () => {
    const cycle: GoMap = {};
    cycle.self = cycle;
    expect(() => write(null)).toThrow(/reflect.Value.Type on zero Value/);
    expect(() => write(cycle)).toThrow(/nested deeper/);
  });
});

describe('fromToml', () => {
  it('reads values with their types', () => {
    const value = read(
      'a.b = 0x1F\n"c d" = [1_000, 1.5, "\\u00e9", \'raw\\n\']\n[t] # x\ns = """\nx\\\n   y"""\nu = {v = true}\n[[l]]\nx = -inf\n[[l]]\n',
    );
    expect(value).toMatchObject({
      a: { b: goInt64(31) },
      'c d': [goInt64(1000), 1.5, 'é', 'raw\\n'],
      t: { s: 'xy', u: { v: true } },
    });
    expect(typeOf(value.l).name).toBe('[]map[string]interface {}');
    expect((value.l as GoTyped).value).toEqual([{ x: -Infinity }, {}]);
  });

  it.each([
    ['1979-05-27T07:32:00Z', '1979-05-27 07:32:00 +0000 UTC'],
    ['1979-05-27 00:32:00.5-07:00', '1979-05-27 00:32:00.5 -0700 -0700'],
    ['1979-05-27', '1979-05-27 00:00:00 +0000 date-local'],
    ['07:32:00', '0000-01-01 07:32:00 +0000 time-local'],
  ])('reads %s', (text, expected) => {
    const time = read(`a = ${text}`).a as GoTime;
    expect(time.toString()).toBe(expected);
    expect(write({ a: time })).toBe(`a = ${text.replace(' ', 'T')}\n`);
  });

  it('takes local times for those of the zone', () => {
    const time = read('a = 1970-01-01', 'Asia/Tokyo').a as GoTime;
    expect(time.toString()).toBe('1970-01-01 00:00:00 +0900 date-local');
  });

  // The words of BurntSushi/toml 1.6.0.
  it.each([
    ['a = ', 'line 1 (last key "a"): unexpected EOF; expected value'],
    ['one', "line 1: unexpected EOF; expected key separator '='"],
    [
      '[t\n',
      "line 2: expected '.' or ']' to end table name, but got '\\n' instead",
    ],
    [
      'a = 1\na = 2',
      'line 2 (last key "a"): Key \'a\' has already been defined.',
    ],
    [
      '[x]\na = [1 2]',
      "line 2 (last key \"x.a\"): expected a comma (',') or array terminator (']'), but got '2'",
    ],
    [
      'a = 01',
      'line 1 (last key "a"): Invalid integer "01": cannot have leading zeroes',
    ],
    ['a = "\\q"', 'line 1 (last key "a"): invalid escape in string \'\\q\''],
    ['a = 2021-13-01', 'line 1 (last key "a"): invalid datetime: "2021-13-01"'],
    [
      'a = 99999999999999999999',
      'line 1 (last key "a"): 99999999999999999999 is out of range for int64',
    ],
    [
      'a = \x01',
      'line 1 (last key "a"): TOML files cannot contain control characters: \'0x01\'',
    ],
    [
      'a = tru',
      'line 1 (last key "a"): expected value but found "tru" instead',
    ],
  ])('says of %j what Go says', (text, message) => {
    expect(read(text)).toEqual({ Error: `toml: ${message}` });
  });

  it('refuses what is nested too deeply', () => {
    expect(read(`a = ${'['.repeat(5000)}`)).toEqual({
      Error: expect.stringMatching(/nested deeper/),
    });
  });
});
