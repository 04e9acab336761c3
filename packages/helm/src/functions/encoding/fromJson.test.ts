import { ANY_MAP, ANY_SLICE, GoNil } from '@backstage-gitops/go-template';
import { fromJsonFunctions } from './fromJson';

const call = (name: string, text: string) =>
  fromJsonFunctions.get(name)!.call(text);

describe('fromJson, fromJsonArray, mustFromJson', () => {
  it('reads what there is', () => {
    const data = { a: [1.5, null, 'x\n', true], b: { a: -0 } };
    const text = ' {"b":{"a":0},"a":[15e-1,null,"x\\n",true],"b":{"a":-0}}\n';
    expect(call('fromJson', text)).toEqual(data);
    expect(call('mustFromJson', text)).toEqual(data);
    expect(call('fromJsonArray', '[[],{}]')).toEqual([[], {}]);
    expect(call('mustFromJson', '9007199254740993')).toBe(9007199254740992);
    expect(Object.keys(call('fromJson', '{"__proto__":1}') as object)).toEqual([
      '__proto__',
    ]);
  });

  it('takes what is no character for the replacement character', () => {
    expect(call('mustFromJson', '"\\ud800x\\udc00\\ud83d\\ude00"')).toBe(
      '\ufffdx\ufffd😀',
    );
    expect(call('mustFromJson', '"a\udcff\udce0b"')).toBe('a\ufffd\ufffdb');
  });

  it('gives nil for null', () => {
    expect(call('fromJson', 'null')).toEqual(new GoNil(ANY_MAP));
    expect(call('fromJsonArray', 'null')).toEqual(new GoNil(ANY_SLICE));
    expect(call('mustFromJson', 'null')).toBeNull();
  });

  // The words of Go 1.26.
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a', 'unexpected end of JSON input'],
    ['nul', "invalid character ' ' in literal null (expecting 'l')"],
    [
      '{"a":1,}',
      "invalid character '}' looking for beginning of object key string",
    ],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":01}', "invalid character '1' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['é', "invalid character 'Ã' looking for beginning of value"],
    ["'", "invalid character '\\'' looking for beginning of value"],
    ['"\t"', "invalid character '\\t' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-', "invalid character ' ' in numeric literal"],
    ['1.', "invalid character ' ' after decimal point in numeric literal"],
    ['1e+', "invalid character ' ' in exponent of numeric literal"],
    ['['.repeat(20000), 'exceeded max depth'],
  ])('says of %.20p what Go says', (text, message) => {
    expect(call('fromJson', text)).toEqual({ Error: message });
    expect(call('fromJsonArray', text)).toEqual([message]);
    expect(() => call('mustFromJson', text)).toThrow(message);
  });

  it('says what kind of value is not wanted', () => {
    expect(call('fromJson', '[1]')).toEqual({
      Error:
        'json: cannot unmarshal array into Go value of type map[string]interface {}',
    });
    expect(call('fromJsonArray', 'true')).toEqual([
      'json: cannot unmarshal bool into Go value of type []interface {}',
    ]);
  });

  it('goes on behind a number that is too large', () => {
    expect(call('fromJson', '{"a":1E400,"b":[2]}')).toEqual({
      a: null,
      b: [2],
      Error:
        'json: cannot unmarshal number 1E400 into Go value of type float64',
    });
    expect(() => call('mustFromJson', '1E400')).toThrow(/number 1E400 into/);
  });
});
