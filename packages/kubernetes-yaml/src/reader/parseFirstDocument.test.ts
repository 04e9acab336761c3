import { parseFirstDocument, parseYaml, resolvePlain } from '..';

describe('parseFirstDocument', () => {
  it.each([
    ['a: 1\n---\n[', { a: 1 }],
    ['--- x\n--- y', 'x'],
    ['---\n---\na: 1', null],
    ['', null],
    ['# only\n', null],
  ])('reads %j', (text, expected) => {
    expect(parseFirstDocument(text)).toEqual(expected);
  });
});

describe('what go-yaml refuses', () => {
  it.each([
    ['a: !!binary "***"', 'tag'],
    ['a: !#x b', 'syntax'],
    ['a: !x !y b', 'syntax'],
    ['%YAML 1.1\na: b', 'syntax'],
    ['{a\n: b}', 'syntax'],
    ['18446744073709551615: x', 'key'],
  ])('refuses %j', (text, code) => {
    expect(() => parseYaml(text)).toThrow(expect.objectContaining({ code }));
  });
});

it('writes keys that are floats as sigs.k8s.io/yaml does', () => {
  expect(
    parseYaml(
      '1e7: a\n0.1: b\n.inf: c\n-.INF: d\n.nan: e\n1.50: f\n10000000: g',
    ),
  ).toEqual({
    '1e+07': 'a',
    '0.1': 'b',
    '.inf': 'c',
    '-.inf': 'd',
    '.nan': 'e',
    '1.5': 'f',
    10000000: 'g',
  });
});

it('tells what a scalar stands for', () => {
  expect(resolvePlain('yes', 'yaml11')).toEqual({ kind: 'bool', value: true });
  expect(resolvePlain('yes', 'go-yaml-v3').kind).toBe('str');
  expect(resolvePlain('2001-01-01', 'yaml11').kind).toBe('time');
});
