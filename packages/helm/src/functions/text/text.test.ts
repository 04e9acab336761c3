import {
  elementsOf,
  GoError,
  goInt,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
  GoTyped,
  plain,
  sliceType,
  STRING_SLICE,
} from '@backstage-gitops/go-template';
import { textFunctions } from './index';

/** Arguments as templates give them: numbers are of type `int`. */
function call(name: string, ...args: unknown[]): unknown {
  const typed = args.map(arg => (typeof arg === 'number' ? goInt(arg) : arg));
  return plain(textFunctions.get(name)!.call(...typed));
}

const error = new GoPointer(
  { name: '*errors.errorString', kind: 'ptr', isError: true, text: () => 'no' },
  {},
);
const stringer = new GoStruct({
  name: 'v.Version',
  kind: 'struct',
  text: () => 'v1',
});
const BYTES = new Uint8Array([104, 105, 255]);

// All results are those of sprig 3.3 with Go 1.26.
describe('functions of texts', () => {
  it.each([
    ['upper', 'Straße ŉ ᾳ ᾀ ǆ', 'STRAßE ŉ ᾼ ᾈ Ǆ'],
    ['upper', 'a\udcff', 'A\ufffd'],
    ['lower', 'ΑΣ İ ẞ', 'ασ i ß'],
    ['title', "o'neil foo_bar-baz ǆ", "O'Neil Foo_bar-Baz ǅ"],
    ['title', 'ა é1x 日本', 'ა É1x 日本'],
    ['untitle', 'Hello World\tÉté', 'hello world\tété'],
    ['swapcase', 'This Is. ǆa', 'tHIS iS. ǅA'],
    ['camelcase', 'http_server', 'HttpServer'],
    ['camelcase', '_complex__case_', '_Complex_Case_'],
    ['camelcase', '__', '___'],
    ['camelcase', 'GOLANG_IS GREAT', 'GolangIsGreat'],
    ['snakecase', 'HTTPServer', 'http_server'],
    ['snakecase', 'Bld4Floor3rd', 'bld4_floor_3rd'],
    ['snakecase', 'HTTP20xOK a\u00a0b', 'http_20x_ok_a_b'],
    ['kebabcase', 'NoHTTPS2Go', 'no-https2-go'],
    ['kebabcase', '日本ABCdef...x', '日本-ab-cdef...x'],
    ['initials', 'élan vital', 'Ãv'],
    ['nospace', ' a\tb\u2028', 'abâ\u0080¨'],
    ['nospace', 'é', 'é'],
    ['trim', '\ufeff x\u0085\u00a0', '\ufeff x'],
  ])('%s of %j is %j', (name, text, expected) => {
    expect(call(name, text)).toBe(expected);
  });

  it.each([
    ['trunc', [5, 'hello world'], 'hello'],
    ['trunc', [-5, 'hello world'], 'world'],
    ['trunc', [-50, 'hello'], 'hello'],
    ['trunc', [4, '日本語'], '日\udce6'],
    ['trunc', [-1, 'é'], '\udca9'],
    ['trunc', [0, 'é'], ''],
    ['substr', [0, 2, '日本'], '\udce6\udc97'],
    ['substr', [-1, 3, 'hello'], 'hel'],
    ['substr', [2, -1, 'hello'], 'llo'],
    ['substr', [2, 100, 'hello'], 'llo'],
    ['abbrev', [5, 'hello world'], 'he...'],
    ['abbrev', [3, 'hello world'], 'hello world'],
    ['abbrevboth', [5, 10, '1234 5678 9123'], '...5678...'],
    ['abbrevboth', [5, 7, 'hello world'], '... ...'],
    ['abbrevboth', [7, 6, 'hello world'], 'hello world'],
    ['trimAll', ['é/', '/éaé/é'], 'a'],
    ['trimAll', ['\udcff', '\ufffda\udc80'], 'a'],
    ['trimall', ['$', '$5.00$'], '5.00'],
    ['trimPrefix', ['-', '--a'], '-a'],
    ['trimSuffix', ['\udca9', 'é'], '\udcc3'],
    ['contains', ['\udcc3', 'é'], true],
    ['contains', ['', ''], true],
    ['hasPrefix', ['ab', 'abc'], true],
    ['hasSuffix', ['ab', 'abc'], false],
    ['replace', ['a', '$&', 'banana'], 'b$&n$&n$&'],
    ['replace', ['', '-', 'a😀'], '-a-😀-'],
    ['repeat', [3, 'ab'], 'ababab'],
    ['repeat', [0, 'ab'], ''],
    ['plural', ['one', 'many', 1], 'one'],
    ['plural', ['one', 'many', 0], 'many'],
    ['indent', [2, 'a\n\nb\n'], '  a\n  \n  b\n  '],
    ['nindent', [1, 'a'], '\n a'],
    ['wrap', [10, 'the quick brown fox'], 'the quick\nbrown fox'],
    ['wrap', [3, 'abcdefghij k'], 'abcdefghij\nk'],
    ['wrapWith', [5, '|', 'Hello World wide'], 'Hello|World|wide'],
    ['wrapWith', [3, '|', 'abcdefgh'], 'abc|def|gh'],
    ['wrapWith', [4, '\t', '日本'], '日\udce6\t\udc9c\udcac'],
    ['hello', [], 'Hello!'],
  ])('%s of %j is %j', (name, args, expected) => {
    expect(call(name, ...args)).toBe(expected);
  });

  it.each([
    ['substr', [3, 2, 'hello'], 'slice bounds out of range [3:2]'],
    ['substr', [10, 12, 'hello'], 'slice bounds out of range [10:5]'],
    ['substr', [-1, 9, 'abc'], 'slice bounds out of range [:9] with length 3'],
    ['substr', [-1, -9, 'abc'], 'slice bounds out of range [:-9]'],
    ['repeat', [-1, 'a'], 'strings: negative Repeat count'],
    ['indent', [-1, 'a'], 'strings: negative Repeat count'],
  ])('%s of %j fails: %s', (name, args, message) => {
    expect(() => call(name, ...args)).toThrow(GoError);
    expect(() => call(name, ...args)).toThrow(message);
  });

  it.each([
    ['repeat', [2 ** 40, 'a']],
    ['indent', [2 ** 40, 'a']],
    ['indent', [1000, 'a\n'.repeat(100_000)]],
    ['replace', ['', 'x'.repeat(1000), 'a'.repeat(100_000)]],
    ['wrapWith', [1, 'x'.repeat(1000), 'a'.repeat(100_000)]],
    ['splitList', ['', 'a'.repeat(2_000_000)]],
    ['splitList', ['a', 'a'.repeat(2_000_000)]],
  ])('%s builds nothing that is too large', (name, args) => {
    expect(() => call(name, ...args)).toThrow(
      /the result (is longer|has more)/,
    );
  });
});

describe('texts of values', () => {
  const integers = new GoTyped(sliceType(goInt(0).type), [goInt(3), goInt(1)]);

  it.each([
    ['quote', ['a"b\\c\n\u00a0é😀\udcff'], '"a\\"b\\\\c\\n\\u00a0é😀\\xff"'],
    ['quote', ['\x01\x7f\b', null, ''], '"\\x01\\x7f\\b" ""'],
    ['quote', [null], ''],
    ['quote', [BYTES, error, stringer], '"hi\\xff" "no" "v1"'],
    ['squote', ["it's", null, BYTES], "'it's' '[104 105 255]'"],
    ['squote', [error, stringer], "'no' 'v1'"],
    ['cat', ['a', null, true, ['b', null]], 'a true [b <nil>]'],
    ['cat', [], ''],
    ['toString', [null], '<nil>'],
    ['toString', [BYTES], 'hi\udcff'],
    ['toString', [new GoNil(STRING_SLICE)], '[]'],
    ['join', ['-', ['a', null, 1, BYTES]], 'a-1-hi\udcff'],
    ['join', ['-', 'abc'], 'abc'],
    ['join', ['-', null], ''],
    ['join', ['-', { a: 'b' }], 'map[a:b]'],
    ['join', ['-', integers], '3-1'],
  ])('%s of %j is %j', (name, args, expected) => {
    expect(call(name, ...args)).toBe(expected);
  });

  it.each([
    [1e6, '1e+06'],
    [1234567, '1.234567e+06'],
    [999999, '999999'],
    [-0, '-0'],
    [0.1, '0.1'],
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [false, 'false'],
    [new GoNumber(goInt(0).type, 9007199254740993n), '9007199254740993'],
  ])('toString of %p is %j', (value, expected) => {
    expect(textFunctions.get('toString')!.call(value)).toBe(expected);
    expect(textFunctions.get('quote')!.call(value)).toBe(`"${expected}"`);
  });

  it.each([
    ['splitList', [',', 'a,,b'], ['a', '', 'b']],
    ['splitList', ['', 'a😀\udcff'], ['a', '😀', '\udcff']],
    ['splitList', [',', ''], ['']],
    ['splitList', ['', ''], []],
    ['toStrings', [['a', 1, null, BYTES]], ['a', '1', 'hi\udcff']],
    ['toStrings', [null], []],
    ['toStrings', ['a'], ['a']],
    ['toStrings', [new Uint8Array([1, 2])], ['1', '2']],
    [
      'sortAlpha',
      [['b', 'B', 'é', '😀', '\uffff', 'a']],
      ['B', 'a', 'b', 'é', '\uffff', '😀'],
    ],
    ['sortAlpha', [null], ['<nil>']],
    ['sortAlpha', ['b a'], ['b a']],
  ])('%s of %j is %j', (name, args, expected) => {
    expect(elementsOf(call(name, ...args))).toEqual(expected);
  });

  it('splits into a map', () => {
    expect(call('split', '/', 'a/b')).toEqual({ _0: 'a', _1: 'b' });
    expect(call('splitn', '/', 2, 'a/b/c')).toEqual({ _0: 'a', _1: 'b/c' });
    expect(call('splitn', '', 2, '😀bc')).toEqual({ _0: '😀', _1: 'bc' });
    expect(call('splitn', '/', 0, 'a/b')).toEqual({});
  });

  it('sorts a []string where it is', () => {
    const list = textFunctions.get('splitList')!.call(',', 'b,a');
    expect(textFunctions.get('toStrings')!.call(list)).toBe(list);
    expect(textFunctions.get('sortAlpha')!.call(list)).toBe(list);
    expect(elementsOf(list)).toEqual(['a', 'b']);
  });
});
