import { GoNumber, goInt, FLOAT32 } from '@backstage-gitops/go-template';
import { yamlFunctions } from './yaml';

const call = (name: string, value: unknown) =>
  yamlFunctions.get(name)!.call(value);

describe('toYaml', () => {
  it.each([
    [{ b: [1, { c: 'x' }], a: null }, 'a: null\nb:\n- 1\n- c: x'],
    [null, 'null'],
    [goInt(7), '7'],
    [goInt(9007199254740993n), '9007199254740993'],
    [new GoNumber(FLOAT32, Math.fround(0.1)), '0.1'],
    ['😀\udcff', '"\\U0001F600\ufffd"'],
    ['a\nb\n', '|\n  a\n  b'],
    [new Uint8Array([104, 105]), 'aGk='],
    [JSON.parse('{"__proto__":1}'), '__proto__: 1'],
  ])('writes %j', (value, expected) => {
    expect(call('toYaml', value)).toBe(expected);
    expect(call('mustToYaml', value)).toBe(expected);
  });

  it('gives nothing for what cannot be written; mustToYaml fails', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const value of [NaN, -Infinity, cycle]) {
      expect(call('toYaml', value)).toBe('');
      expect(() => call('mustToYaml', value)).toThrow(/json: unsupported/);
    }
  });
});
