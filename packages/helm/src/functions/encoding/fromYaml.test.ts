import { fromYamlFunctions } from './fromYaml';

const call = (name: string, text: string) =>
  fromYamlFunctions.get(name)!.call(text);
const CONVERTING = 'error converting YAML to JSON: ';

describe('fromYaml, fromYamlArray', () => {
  // What sigs.k8s.io/yaml 1.6 reads.
  it.each([
    [
      'a: yes\nb: 0x1F\nc: 9007199254740993\nd: 2024-01-01',
      { a: true, b: 31, c: 9007199254740992, d: '2024-01-01' },
    ],
    [
      '1: a\ntrue: b\n1e7: c\n.inf: d\n0.1: e',
      { 1: 'a', true: 'b', '1e+07': 'c', '.inf': 'd', '0.1': 'e' },
    ],
    [
      'a: &x {k: v, l: w}\nb:\n  k: u\n  <<: *x',
      { a: { k: 'v', l: 'w' }, b: { k: 'v', l: 'w' } },
    ],
    ['a: 1\na: 2\n---\n[', { a: 2 }],
    ['{a: 1}\ngarbage', { a: 1 }],
    ['a: !!str 1\nb: !!binary aGk=\nc: ! 2', { a: '1', b: 'hi', c: '2' }],
    ['%YAML 1.1\n---\n? a\n: b', { a: 'b' }],
    ['', {}],
    ['# nothing', {}],
    ['null', {}],
  ])('reads %j', (text, expected) => {
    expect(call('fromYaml', text)).toEqual(expected);
  });

  it('reads lists', () => {
    expect(call('fromYamlArray', '- a: 1\n- [b, null]\n-')).toEqual([
      { a: 1 },
      ['b', null],
      null,
    ]);
    expect(call('fromYamlArray', '')).toEqual([]);
  });

  it.each([
    ['a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['a:\n\tb: 1', 'yaml: line 2: found character that cannot start any token'],
    ['a: [1, 2', "yaml: line 1: did not find expected ',' or ']'"],
    ['a: {b: 1', "yaml: line 1: did not find expected ',' or '}'"],
    ['"a', 'yaml: found unexpected end of stream'],
    [
      'a: 1\n b: 2',
      'yaml: line 2: mapping values are not allowed in this context',
    ],
    ['- a\nb: c', "yaml: line 1: did not find expected '-' indicator"],
    ['a: - b', 'yaml: block sequence entries are not allowed in this context'],
    ['a: *x', "yaml: unknown anchor 'x' referenced"],
    ['a: &x [*x]', "yaml: anchor 'x' value contains itself"],
    ['a: "\\q"', 'yaml: found unknown escape character'],
    ['a: !!int x', 'yaml: cannot decode !!str `x` as a !!int'],
    ['a: !!binary "***"', 'yaml: !!binary value contains invalid base64 data'],
    ['<<: 1', 'yaml: map merge requires map or sequence of maps as the value'],
    [
      'k: {{ x }}',
      'yaml: invalid map key: map[interface {}]interface {}{"x":interface {}(nil)}',
    ],
    ['~: a', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "a"'],
    ['a: \x07', 'yaml: control characters are not allowed'],
    ['a: .inf', 'json: unsupported value: +Inf'],
  ])('says of %j what Go says', (text, message) => {
    const error = CONVERTING + message;
    expect(call('fromYaml', text)).toEqual({ Error: error });
    expect(call('fromYamlArray', text)).toEqual([error]);
  });

  it('says what kind of value is not wanted', () => {
    expect(call('fromYaml', '- 1')).toEqual({
      Error:
        'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
    });
    expect(call('fromYamlArray', 'a: 1')).toEqual([
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type []interface {}',
    ]);
  });

  it('refuses what expands too far', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++) {
      const aliases = Array.from({ length: 8 }, () => `*a${i - 1}`);
      lines.push(`a${i}: &a${i} [${aliases.join(', ')}]`);
    }
    expect(call('fromYaml', lines.join('\n'))).toEqual({
      Error: `${CONVERTING}yaml: document contains excessive aliasing`,
    });
  });
});
