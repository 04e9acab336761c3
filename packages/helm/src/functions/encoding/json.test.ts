import {
  ANY,
  FLOAT32,
  goInt,
  GoEntries,
  GoError,
  GoFunc,
  goFunction,
  GoNil,
  GoNumber,
  GoPointer,
  GoStruct,
  GoTyped,
  GoType,
  INT,
  mapType,
  pointerType,
  STRING_SLICE,
} from '@backstage-gitops/go-template';
import { jsonFunctions } from './json';

const call = (name: string, value: unknown) =>
  jsonFunctions.get(name)!.call(value);

const POINT: GoType = {
  name: 'main.Point',
  kind: 'struct',
  fields: ['Y', 'X'],
};
const float32 = (value: number) => new GoNumber(FLOAT32, Math.fround(value));
const entries = (...pairs: [unknown, unknown][]) => new GoEntries(pairs);

/** A type with a `MarshalJSON` that fails for some values. */
class Strict extends GoStruct {
  constructor(private readonly text: string) {
    super({ name: 'main.Strict', kind: 'struct' });
  }

  marshalJson(): unknown {
    if (this.text === '') {
      throw new GoError('Strict.MarshalJSON: empty');
    }
    return { text: this.text };
  }
}

describe('toJson, toPrettyJson, toRawJson', () => {
  // What Go 1.26 writes.
  it.each([
    [{ 9: 'b', 10: 'a', a: [] }, '{"10":"a","9":"b","a":[]}'],
    ['<a href="x">&\u2028', '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028"'],
    ['\b\f\n\r\t\x01\x7f', '"\\b\\f\\n\\r\\t\\u0001\x7f"'],
    ['a\udcff\udce0', '"a\\ufffd\\ufffd"'],
    ['😀\ufffd', '"😀\ufffd"'],
    [{ '\uffff': 1, '😀': 2 }, '{"\uffff":1,"😀":2}'],
    [goInt(9007199254740993n), '9007199254740993'],
    [[-0, 1e21, 1e-7, 1000000], '[-0,1e+21,1e-7,1000000]'],
    [[float32(0.1), float32(1.17549435e-38)], '[0.1,1.1754944e-38]'],
    [null, 'null'],
    [[undefined, { a: undefined }], '[null,{}]'],
    [
      JSON.parse('{"__proto__":{"constructor":1}}'),
      '{"__proto__":{"constructor":1}}',
    ],
    [new Uint8Array([104, 105]), '"aGk="'],
    [new GoNil(STRING_SLICE), 'null'],
    [
      new GoStruct(POINT, { X: 1, Y: { b: 1, a: 2 } }),
      '{"Y":{"a":2,"b":1},"X":1}',
    ],
    [
      new GoPointer(pointerType(POINT), new GoStruct(POINT, { X: 1, Y: 2 })),
      '{"Y":2,"X":1}',
    ],
    [
      new GoTyped(
        mapType(INT, ANY),
        entries([goInt(9), 'b'], [goInt(10), 'a']),
      ),
      '{"10":"a","9":"b"}',
    ],
    [new GoTyped({ name: 'json.Number', kind: 'string' }, '1.50'), '1.50'],
    [new Strict('x'), '{"text":"x"}'],
  ])('writes %j', (value, expected) => {
    expect(call('toJson', value)).toBe(expected);
    expect(call('mustToJson', value)).toBe(expected);
  });

  it('indents, and leaves HTML', () => {
    expect(call('toPrettyJson', { b: {}, a: [1, {}, []] })).toBe(
      '{\n  "a": [\n    1,\n    {},\n    []\n  ],\n  "b": {}\n}',
    );
    expect(call('toRawJson', '<&>')).toBe('"<&>"');
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const any = new GoTyped(mapType(ANY, ANY), entries());
  it.each([
    [NaN, 'unsupported value: NaN'],
    [[-Infinity], 'unsupported value: -Inf'],
    [any, 'unsupported type: map[interface {}]interface {}'],
    [
      new GoFunc(
        goFunction([], () => 1),
        'func()',
      ),
      'unsupported type: func()',
    ],
    [
      cycle,
      'unsupported value: encountered a cycle via map[string]interface {}',
    ],
    [
      new Strict(''),
      'error calling MarshalJSON for type main.Strict: Strict.MarshalJSON: empty',
    ],
  ])(
    'gives nothing for %p; must-variants and toRawJson fail',
    (value, message) => {
      expect(call('toJson', value)).toBe('');
      expect(call('toPrettyJson', value)).toBe('');
      for (const name of ['mustToJson', 'mustToPrettyJson', 'toRawJson']) {
        expect(() => call(name, value)).toThrow(
          new GoError(`json: ${message}`),
        );
      }
    },
  );

  it('fails where one value that stands in many places gets too long', () => {
    let value: unknown = 'x'.repeat(100);
    for (let i = 0; i < 30; i++) {
      value = [value, value];
    }
    expect(() => call('toJson', value)).toThrow(/longer than/);
  });
});
