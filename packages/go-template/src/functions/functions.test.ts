import { failure, render } from '../testing/render';
import {
  GoFunc,
  goInt,
  GoNumber,
  GoPointer,
  GoStruct,
  GoTyped,
  integer,
} from '../values/GoObject';
import {
  ANY,
  ANY_MAP,
  BOOL,
  FLOAT64,
  GoType,
  INT,
  INT64,
  pointerType,
  STRING,
  STRING_SLICE,
  UINT,
} from '../values/GoType';
import { sprintf } from '../format/sprintf';
import { GoError, goFunction } from './goFunction';

const data = {
  f: 1.5,
  s: 'h\u00e9llo',
  list: ['a', 'b', 'c'],
  map: { a: 1, n: null },
  i: goInt(1),
  u: integer(UINT, 1),
  none: null,
  strings: new GoTyped(STRING_SLICE, ['x', 'y']),
};

describe('comparisons', () => {
  it.each([
    ['eq 1 1', 'true'],
    ['eq 1 2 3 1', 'true'],
    ['eq .i .u', 'true'],
    ['lt -1 .u', 'true'],
    ['eq .none nil', 'true'],
    ['eq .missing .none', 'true'],
    ['eq .s .none', 'false'],
    ['ne "a" "b"', 'true'],
    ['lt "a" "b"', 'true'],
    ['le 2 2', 'true'],
    ['gt 2.5 1.5', 'true'],
    ['ge .i .u', 'true'],
  ])('%s', (call, expected) => {
    expect(render(`{{${call}}}`, { data })).toBe(expected);
  });

  it.each([
    ['eq 1 1.0', 'incompatible types for comparison: int and float64'],
    ['eq .f 1', 'incompatible types for comparison: float64 and int'],
    ['lt .none 1', 'invalid type for comparison'],
    ['lt true false', 'invalid type for comparison'],
    ['eq 1', 'missing argument for comparison'],
    [
      'eq .map .map',
      'non-comparable type map[a:%!s(float64=1) n:<nil>]: map[string]interface {}',
    ],
    [
      'eq .map .list',
      'non-comparable types map[a:%!s(float64=1) n:<nil>]: map[string]interface {}, []interface {}: [a b c]',
    ],
  ])('%s', (call, problem) => {
    expect(failure(`{{${call}}}`, { data }).problem).toBe(
      `error calling ${call.split(' ')[0]}: ${problem}`,
    );
  });
});

describe('index, slice and len', () => {
  it.each([
    ['index .list 1', 'b'],
    ['index .map "a"', '1'],
    ['index .map "zz"', '<no value>'],
    ['index .s 1', '195'],
    ['index .strings 0', 'x'],
    ['slice .list 1', '[b c]'],
    ['slice .s 0 3', 'h\u00e9'],
    ['len (slice .s 0 2)', '2'],
    ['len .s', '6'],
    ['len .map', '2'],
  ])('%s', (call, expected) => {
    expect(render(`{{${call}}}`, { data })).toBe(expected);
  });

  it.each([
    ['index .list 3', 'reflect: slice index out of range'],
    ['index .list 1.0', 'cannot index slice/array with type float64'],
    ['index .list nil', 'cannot index slice/array with nil'],
    ['index .map 1', 'value has type int; should be string'],
    ['index .none 1', 'index of untyped nil'],
    ['index .map "n" "x"', 'index of nil pointer'],
    ['index 1 1', "can't index item of type int"],
    ['slice .s 3 1', 'invalid slice index: 3 > 1'],
    ['slice .s 0 1 2', 'cannot 3-index slice a string'],
    ['len .none', 'len of nil pointer'],
    ['len 1', 'len of type int'],
  ])('%s', (call, problem) => {
    const name = call.split(' ')[0];
    expect(failure(`{{${call}}}`, { data }).problem).toBe(
      `error calling ${name}: ${problem}`,
    );
  });
});

describe('escapes', () => {
  it.each([
    [
      'html "<a href=\'x\'>&\\"\\x00"',
      '&lt;a href=&#39;x&#39;&gt;&amp;&#34;\ufffd',
    ],
    [
      'js "it\'s <b> \\n = \u00e9 \u2028"',
      "it\\'s \\u003Cb\\u003E \\u000A \\u003D \u00e9 \\u2028",
    ],
    ['urlquery "a b&c/\u00e9~"', 'a+b%26c%2F%C3%A9~'],
    ['html nil', '&lt;no value&gt;'],
    ['html 1 "<"', '1&lt;'],
  ])('%s', (call, expected) => {
    expect(render(`{{${call}}}`)).toBe(expected);
  });
});

describe('functions of the host', () => {
  const functions = {
    upper: goFunction([STRING], (text: string) => text.toUpperCase()),
    half: goFunction([FLOAT64], (value: number) => value / 2),
    next: goFunction([INT], (value: GoNumber) =>
      integer(INT, BigInt(value.value) + 1n),
    ),
    long: goFunction([INT64], (value: GoNumber) => value),
    negate: goFunction([BOOL], (value: boolean) => !value),
    keys: goFunction([ANY_MAP], (map: object | null) =>
      goInt(Object.keys(map ?? {}).length),
    ),
    all: goFunction([STRING], (...args) => sprintf('%v', [args]), {
      variadic: ANY,
    }),
    fails: goFunction([], () => {
      throw new GoError('broken');
    }),
    bug: goFunction([ANY], (value: string) => value.toUpperCase()),
    adder: goFunction(
      [],
      () =>
        new GoFunc(
          goFunction([INT64], (value: GoNumber) => value),
          'func(int64) int64',
        ),
    ),
  };

  it.each([
    ['upper "a"', 'A'],
    ['"a" | upper', 'A'],
    ['half 3', '1.5'],
    ['next 1.0', '2'],
    ['next 9223372036854775807', '-9223372036854775808'],
    ['negate false', 'true'],
    ['keys .map', '2'],
    ['keys nil', '0'],
    ['all "a" nil .missing 1', '[a <nil> <nil> 1]'],
    ['call adder 5', '5'],
  ])('%s', (call, expected) => {
    expect(render(`{{${call}}}`, { data, functions })).toBe(expected);
  });

  it.each([
    ['upper 1', 'expected string; found 1'],
    ['upper .f', 'wrong type for value; expected string; got float64'],
    ['upper .none', 'wrong type for value; expected string; got interface {}'],
    ['upper .missing', 'invalid value; expected string'],
    ['upper nil', 'cannot assign nil to string'],
    ['next .f', 'wrong type for value; expected int; got float64'],
    ['next 1.5', 'expected integer; found 1.5'],
    ['long .i', 'wrong type for value; expected int64; got int'],
    [
      'keys .list',
      'wrong type for value; expected map[string]interface {}; got []interface {}',
    ],
    ['keys 1', "can't handle 1 for arg of type map[string]interface {}"],
    ['all', 'wrong number of args for all: want at least 1 got 0'],
    ['upper "a" "b"', 'wrong number of args for upper: want 1 got 2'],
    ['fails', 'error calling fails: broken'],
    [
      'call adder "x"',
      'error calling call: arg 0: value has type string; should be int64',
    ],
    ['call .none', 'error calling call: call of nil'],
    ['call .s', 'error calling call: non-function .s of type string'],
  ])('%s', (call, problem) => {
    expect(failure(`{{${call}}}`, { data, functions }).problem).toBe(problem);
  });

  it('become errors of the template where they have a bug', () => {
    expect(failure('{{bug 1}}', { functions })).toMatchObject({
      code: 'exec',
      problem: expect.stringMatching(/^error calling bug: /),
    });
  });
});

describe('methods and fields', () => {
  const VERSION: GoType = {
    name: 'demo.Version',
    kind: 'struct',
    fields: ['Original'],
    text: value => `v${(value as GoStruct).fields.Original}`,
    methods: new Map([
      ['Major', goFunction([ANY], () => integer(INT64, 1))],
      [
        'Join',
        goFunction([ANY, STRING], (self: GoStruct, other: string) =>
          [self.fields.Original, other].join(''),
        ),
      ],
    ]),
  };
  const version = new GoStruct(VERSION, { Original: '1.2' });
  const host = { v: version, p: new GoPointer(pointerType(VERSION), version) };

  it.each([
    ['.v.Major', '1'],
    ['.p.Major', '1'],
    ['.v.Original', '1.2'],
    ['.p.Original', '1.2'],
    ['.v.Join "x"', '1.2x'],
    ['"y" | .p.Join', '1.2y'],
    ['.v', 'v1.2'],
    ['.p', 'v1.2'],
    ['printf "%q" .v', '"v1.2"'],
    ['(.v.Join "x") | len', '4'],
  ])('%s', (call, expected) => {
    expect(render(`{{${call}}}`, { data: host })).toBe(expected);
  });

  it.each([
    ['.v.Minor', "can't evaluate field Minor in type interface {}"],
    ['.v.Join', 'wrong number of args for Join: want 1 got 0'],
    ['.v.Join 1', 'expected string; found 1'],
    [
      '.v.Original 1',
      'Original has arguments but cannot be invoked as function',
    ],
  ])('%s', (call, problem) => {
    expect(failure(`{{${call}}}`, { data: host }).problem).toBe(problem);
  });
});
