import { goInt } from '@backstage-gitops/go-template';
import { jsonFunctions } from './json';

const call = (name: string, value: unknown) =>
  jsonFunctions.get(name)!.call(value);

describe('toJson, toPrettyJson, toRawJson', () => {
  it.each([
    [{ 9: 'b', 10: 'a', a: [] }, '{"10":"a","9":"b","a":[]}'],
    ['<a href="x">&\u2028', '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028"'],
    [goInt(9007199254740993n), '9007199254740993'],
    [[-0, 1e21, 1e-7, 1000000], '[-0,1e+21,1e-7,1000000]'],
    [null, 'null'],
  ])('writes %j', (value, expected) => {
    expect(call('toJson', value)).toBe(expected);
    expect(call('mustToJson', value)).toBe(expected);
  });

  it('indents, and leaves HTML', () => {
    expect(call('toPrettyJson', { a: [1, {}] })).toBe(
      '{\n  "a": [\n    1,\n    {}\n  ]\n}',
    );
    expect(call('toRawJson', '<&>')).toBe('"<&>"');
  });

  it('gives nothing for what cannot be written; must-variants fail', () => {
    expect(call('toJson', NaN)).toBe('');
    expect(() => call('mustToRawJson', NaN)).toThrow(/unsupported value/);
  });
});
