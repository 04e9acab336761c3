import {
  GoComplex,
  GoEntries,
  goInt,
  goInt64,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
  GoTyped,
  integer,
} from '../values/GoObject';
import {
  ANY_MAP,
  ANY_SLICE,
  FLOAT32,
  GoType,
  INT,
  INT64,
  mapType,
  pointerType,
  STRING_SLICE,
  UINT8,
} from '../values/GoType';
import { decodeUtf8 } from '../values/utf8';
import { formatFloat } from './formatFloat';
import { goQuote, goQuoteRune } from './quote';
import { sprint, sprintln } from './sprint';
import { sprintf } from './sprintf';

const POINT: GoType = {
  name: 'main.Point',
  kind: 'struct',
  fields: ['X', 'Y'],
};
const LEVEL: GoType = {
  name: 'main.Level',
  kind: 'int',
  underlying: INT,
  text: () => 'high',
};
const point = new GoStruct(POINT, { X: goInt(1), Y: 'y' });

describe('sprint', () => {
  it.each<[unknown, string]>([
    [undefined, '<nil>'],
    [null, '<nil>'],
    [1e6, '1e+06'],
    [100000, '100000'],
    [1234567, '1.234567e+06'],
    [0.00001, '1e-05'],
    [-0, '-0'],
    [Infinity, '+Inf'],
    [NaN, 'NaN'],
    [goInt64(2n ** 63n), '-9223372036854775808'],
    [new GoNumber(FLOAT32, Math.fround(0.1)), '0.1'],
    [[1, 'a', null, [true]], '[1 a <nil> [true]]'],
    [{ b: { c: null }, a: [] }, 'map[a:[] b:map[c:<nil>]]'],
    [{ '\u{1F600}': 1, '\uffff': 2 }, 'map[\uffff:2 \u{1F600}:1]'],
    [new GoTyped(STRING_SLICE, ['a', 'b']), '[a b]'],
    [new GoNil(ANY_MAP), 'map[]'],
    [new GoNil(ANY_SLICE), '[]'],
    [new Uint8Array([1, 2]), '[1 2]'],
    [point, '{1 y}'],
    [new GoPointer(pointerType(POINT), point), '&{1 y}'],
    [new GoNumber(LEVEL, 3), 'high'],
    [[new GoNumber(LEVEL, 3)], '[high]'],
    [
      new GoTyped(
        mapType(INT, INT),
        new GoEntries([
          [goInt(2), 'b'],
          [goInt(1), 'a'],
        ]),
      ),
      'map[1:a 2:b]',
    ],
  ])('of %p', (value, expected) => {
    expect(sprint([value])).toBe(expected);
  });

  it('puts blanks between what is no string', () => {
    expect(sprint([1, 2, 'a', 3, 'b', 'c', true, null])).toBe(
      '1 2a3bctrue <nil>',
    );
    expect(sprintln([1, 'a', 'b'])).toBe('1 a b\n');
  });
});

describe('sprintf', () => {
  it.each<[string, unknown[], string]>([
    [
      '%d|%5d|%-5d|%05d|%+d|% d',
      [goInt(42), goInt(42), goInt(42), goInt(-42), goInt(42), goInt(42)],
      '42|   42|42   |-0042|+42| 42',
    ],
    [
      '%x|%X|%#x|%o|%O|%b|%#b',
      Array(7).fill(goInt(200)),
      'c8|C8|0xc8|310|0o310|11001000|0b11001000',
    ],
    [
      '%c|%q|%U|%#U',
      Array(4).fill(goInt(233)),
      "\u00e9|'\u00e9'|U+00E9|U+00E9 '\u00e9'",
    ],
    ['%.5d|%8.3d|%.0d|', [goInt(42), goInt(-7), goInt(0)], '00042|    -007||'],
    [
      '%s|%10s|%-10s|%.2s|%q|%x|% X',
      Array(7).fill('h\u00e9y'),
      'h\u00e9y|       h\u00e9y|h\u00e9y       |h\u00e9|"h\u00e9y"|68c3a979|68 C3 A9 79',
    ],
    ['%+q|%#q|%#q', ['h\u00e9', 'raw', 'a`b'], '"h\\u00e9"|`raw`|"a`b"'],
    [
      '%f|%.2f|%8.3f|%-8.1f|%+.1f|%e|%E|%g|%G',
      Array(9).fill(1234.5678),
      '1234.567800|1234.57|1234.568|1234.6  |+1234.6|1.234568e+03|1.234568E+03|1234.5678|1234.5678',
    ],
    ['%.0f %.0f %.0f %.1f', [0.5, 1.5, 2.5, 0.25], '0 2 2 0.2'],
    [
      '%08.3f|%+08.2f|%x|%b',
      [-3.14159, 3.14159, 1.5, 1],
      '-003.142|+0003.14|0x1.8p+00|4503599627370496p-52',
    ],
    ['%t|%v|%5t', [true, false, true], 'true|false| true'],
    [
      '%v|%+v|%#v',
      [{ a: [1] }, point, { a: [1, 'x', null] }],
      'map[a:[1]]|{X:1 Y:y}|map[string]interface {}{"a":[]interface {}{1, "x", interface {}(nil)}}',
    ],
    [
      '%T %T %T %T',
      [1, 'a', null, new GoTyped(STRING_SLICE, [])],
      'float64 string <nil> []string',
    ],
    ['%s|%d', [[1, 'a'], ['x']], '[%!s(float64=1) a]|[%!d(string=x)]'],
    ['%d', [1.5], '%!d(float64=1.5)'],
    ['%s', [null], '%!s(<nil>)'],
    ['%s %s', ['a'], 'a %!s(MISSING)'],
    ['%s', ['a', 1, null], 'a%!(EXTRA float64=1, <nil>)'],
    ['%[2]s %[1]s %[3]s', ['a', 'b'], 'b a %!s(BADINDEX)'],
    [
      '%*d|%-*d|%.*f',
      [goInt(4), goInt(7), goInt(4), goInt(7), goInt(1), 2.55],
      '   7|7   |2.5',
    ],
    ['%z|%', [1], '%!z(float64=1)|%!(NOVERB)'],
    ['%%|%5%|100%%', [], '%|%|100%'],
    ['%v|%s', [new GoComplex(1, -2), new Uint8Array([104, 105])], '(1-2i)|hi'],
    [
      '%x|%v',
      [integer(UINT8, 300), integer(INT64, -(2n ** 63n))],
      '2c|-9223372036854775808',
    ],
  ])('%j', (format, values, expected) => {
    expect(sprintf(format, values)).toBe(expected);
  });

  it('survives values that cannot print themselves', () => {
    const type: GoType = {
      name: 'main.Bad',
      kind: 'struct',
      text: () => {
        throw new Error('no text');
      },
    };
    expect(sprintf('%v', [new GoStruct(type)])).toBe(
      '%!v(PANIC=String method: no text)',
    );
  });

  it('refuses sizes that would fill the memory', () => {
    expect(sprintf('%99999999d', [goInt(1)])).toBe('%!(NOVERB)%!(EXTRA int=1)');
  });
});

describe('floats', () => {
  it.each([
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [0.1 + 0.2, '0.30000000000000004'],
    [123456789, '1.23456789e+08'],
  ])('%p', (value, expected) => {
    expect(formatFloat(value)).toBe(expected);
  });

  it('are exact to the last digit', () => {
    expect(formatFloat(0.1, 'f', 55)).toBe(
      '0.1000000000000000055511151231257827021181583404541015625',
    );
    expect(formatFloat(1e23, 'f', 0)).toBe('99999999999999991611392');
    expect(formatFloat(2 ** -1074, 'e', 3)).toBe('4.941e-324');
  });
});

describe('quotes', () => {
  it('escape what cannot be printed', () => {
    expect(goQuote('a"\\\n\u0000\u00a0\u{1F600}\ufeff')).toBe(
      '"a\\"\\\\\\n\\x00\\u00a0\u{1F600}\\ufeff"',
    );
    expect(goQuote(decodeUtf8(new Uint8Array([0x61, 0xff])))).toBe('"a\\xff"');
    expect(goQuoteRune(0x27)).toBe("'\\''");
    expect(goQuoteRune(0xd800)).toBe("'\ufffd'");
  });
});
