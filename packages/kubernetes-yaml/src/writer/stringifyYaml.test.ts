import { stringifyYaml, WrittenMapping, WrittenScalar } from '..';

describe('stringifyYaml', () => {
  // What sigs.k8s.io/yaml 1.6 writes.
  it.each([
    [
      { 'a\nb': [1], 'c\rd': { e: 'f' }, 'g\th\n': 'i' },
      '? |-\n  a\n  b\n: - 1\n? "c\\rd"\n: e: f\n? "g\\th\\n"\n: i\n',
    ],
    [
      { '18446744073709551617': 1, '2': 2 },
      '"18446744073709551617": 1\n"2": 2\n',
    ],
    [{ '😀': 1, '😁': 2 }, '"\\U0001F600": 1\n"\\U0001F601": 2\n'],
    [[[[1], {}], []], '- - - 1\n  - {}\n- []\n'],
  ])('writes %j', (value, expected) => {
    expect(stringifyYaml(value)).toBe(expected);
  });

  // What go-yaml v3.0.5 writes with an indentation of two.
  it('writes as go-yaml v3', () => {
    const value = {
      a: ['yes', ['x\ty', '\ta\nb']],
      a10: 'on',
      a9: {},
      '1a': `${'word '.repeat(20)}end`,
      '1.': null,
    };
    expect(
      stringifyYaml(value, { dialect: 'go-yaml-v3', width: Infinity }),
    ).toBe(
      `1a: ${'word '.repeat(20)}end\n"1.": null\na:\n  - "yes"\n  - - "x\\ty"\n    - |-\n      \ta\n      b\na9: {}\na10: "on"\n`,
    );
  });

  it('writes what is written already as it is', () => {
    const value = [
      new WrittenScalar('.inf'),
      new WrittenScalar('YWI=\nYw==\n', '!!binary'),
      new WrittenMapping([
        [new WrittenScalar('7'), 'x'],
        ['b', new WrittenMapping([])],
        ['a', new WrittenMapping([[new WrittenScalar('true'), [1]]])],
      ]),
    ];
    expect(stringifyYaml(value)).toBe(
      '- .inf\n- !!binary |\n  YWI=\n  Yw==\n- 7: x\n  b: {}\n  a:\n    true:\n    - 1\n',
    );
  });

  it('stops where the text gets too long', () => {
    let value: unknown = ['x'];
    for (let i = 0; i < 40; i++) {
      value = [value, value];
    }
    expect(() => stringifyYaml(value, { maxLength: 1000 })).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
  });

  it('names the place of what it cannot write', () => {
    expect(() => stringifyYaml({ a: [1, { b: NaN }] })).toThrow(
      'the number at $.a[1].b is infinite or not a number',
    );
  });
});
