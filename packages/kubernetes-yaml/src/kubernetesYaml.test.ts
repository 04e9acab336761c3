import {
  parseDocuments,
  parseJson,
  parseManifests,
  parseYaml,
  stringifyJson,
  stringifyYaml,
} from '.';

describe('JSON', () => {
  it('keeps 64-bit integers', () => {
    const text = '{"a":9223372036854775807,"b":[1,2.5],"c":"x"}';
    expect(parseJson(text)).toEqual({
      a: 9223372036854775807n,
      b: [1, 2.5],
      c: 'x',
    });
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it('sorts keys on request, integer-like ones included', () => {
    expect(
      stringifyJson({ b: 1, a: { 10: 1, 9: 2 } }, { sortKeys: true }),
    ).toBe('{"a":{"10":1,"9":2},"b":1}');
  });

  it('refuses what JSON has no form for', () => {
    expect(() => stringifyJson({ a: NaN })).toThrow(
      expect.objectContaining({ code: 'not-representable' }),
    );
  });
});

describe('reading', () => {
  it.each([
    ['yes', true],
    ['off', false],
    ['y', true],
    ['~', null],
    ['0777', 511],
    ['0o17', 15],
    ['0x1F', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['08', 8],
    ['1:30', '1:30'],
    ['1.50', 1.5],
    ['.5', 0.5],
    ['1e3', 1000],
    ['2001-01-01', '2001-01-01'],
    ['9223372036854775807', 9223372036854775807n],
    ['18446744073709551616', 18446744073709551616],
    ['"yes"', 'yes'],
    ['!!str 1', '1'],
    ['!!binary aGk=', 'hi'],
  ])('resolves %s', (text, value) => {
    expect(parseYaml(`a: ${text}`)).toEqual({ a: value });
  });

  it('reads structures', () => {
    const text = [
      '# comment',
      'list:',
      '- a',
      '- b: 1',
      '  c: [x, {k: z}, "q: r"]',
      '-',
      '  - nested',
      'text: |',
      '  one',
      '   two',
      '',
      '  three',
      'folded: >-',
      '  one',
      '  two',
      '',
      '  three',
      'plain: several',
      '  lines',
      '  here # comment',
      '? complex',
      ': value',
      'empty:',
      "quoted: 'it''s'",
      'escaped: "a\\tb\\u0041\\',
      '  c"',
      '',
    ].join('\r\n');
    expect(parseYaml(text)).toEqual({
      list: ['a', { b: 1, c: ['x', { k: 'z' }, 'q: r'] }, ['nested']],
      text: 'one\n two\n\nthree\n',
      folded: 'one two\nthree',
      plain: 'several lines here',
      complex: 'value',
      empty: null,
      quoted: "it's",
      escaped: 'a\tbAc',
    });
  });

  it('merges and copies anchors', () => {
    const value = parseYaml(
      'a: &a {x: 1, k: 2}\nb:\n  <<: *a\n  k: 3\nc: *a\n',
    ) as Record<string, unknown>;
    expect(value).toEqual({
      a: { x: 1, k: 2 },
      b: { x: 1, k: 3 },
      c: { x: 1, k: 2 },
    });
    expect(value.c).not.toBe(value.a);
  });

  it('keeps dangerous keys as own properties', () => {
    const value = parseYaml('__proto__: {polluted: 1}\nconstructor: 2\n');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ['a: 1\na: 2\n', 'duplicate-key', 2, 1],
    ['a: *x\n', 'alias', 1, 4],
    ['a:\n\tb: 1\n', 'syntax', 2, 1],
    ['a: b: c\n', 'syntax', 1, 5],
    ['a: [1, 2\n', 'syntax', 1, 4],
    ['a: "x\n', 'syntax', 1, 4],
    ['{{ x }}: 1\n', 'key', 1, 2],
    ['a: 1\n  b: 2\n', 'syntax', 2, 4],
  ])('refuses %j', (text, code, line, column) => {
    expect(() => parseYaml(text, { file: 'f.yaml' })).toThrow(
      expect.objectContaining({ code, line, column, file: 'f.yaml' }),
    );
  });

  it('bounds aliases and depth', () => {
    let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n';
    for (let i = 1; i < 9; i++) {
      const alias = `*a${i - 1}`;
      bomb += `a${i}: &a${i} [${Array(10).fill(alias).join(', ')}]\n`;
    }
    const limit = expect.objectContaining({ code: 'limit' });
    expect(() => parseYaml(bomb)).toThrow(limit);
    expect(() => parseYaml('['.repeat(100_000))).toThrow(limit);
    expect(() => parseYaml('- '.repeat(100_000))).toThrow(limit);
    expect(() => parseYaml('? '.repeat(100_000))).toThrow(limit);
  });

  it('splits documents', () => {
    const documents = parseDocuments(
      '\uFEFF# c\n---\na: 1\n---\n# none\n---\nb: 2\n...\n',
    );
    expect(
      documents.map(({ value, empty, line }) => [value, empty, line]),
    ).toEqual([
      [{ a: 1 }, false, 3],
      [null, true, 6],
      [{ b: 2 }, false, 7],
    ]);
  });

  it('reads manifests and flattens lists', () => {
    const objects = parseManifests(
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n---\n---\n{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"}}\n',
    );
    expect(objects.map(o => o.metadata.name)).toEqual(['a', 'b']);
    expect(() =>
      parseManifests(
        'apiVersion: v1\nkind: A\nmetadata: {name: x}\n---\nkind: B\n',
      ),
    ).toThrow('5: document 2 has no apiVersion');
  });

  it('names no values in messages', () => {
    expect(() => parseJson('{"password": hunter2}')).toThrow(
      expect.objectContaining({
        code: 'syntax',
        message: expect.not.stringContaining('hunter2'),
      }),
    );
  });
});

describe('writing', () => {
  it('sorts, quotes and nests as sigs.k8s.io/yaml', () => {
    expect(
      stringifyYaml({
        b: ['x', { c: 1, a: [] }, [1, [2]], {}],
        a10: 'yes',
        a9: '',
        n: null,
        t: 'a\nb\n',
        s: ' lead',
        d: 'tab\there',
        e: 'smile \u{1F600}',
        colon: 'a: b',
        sixty: '1:30',
        float: 1234567.5,
        int: 9223372036854775807n,
      }),
    ).toBe(
      [
        'a9: ""',
        'a10: "yes"',
        'b:',
        '- x',
        '- a: []',
        '  c: 1',
        '- - 1',
        '  - - 2',
        '- {}',
        "colon: 'a: b'",
        'd: "tab\\there"',
        'e: "smile \\U0001F600"',
        'float: 1.2345675e+06',
        'int: 9223372036854775807',
        '"n": null',
        "s: ' lead'",
        'sixty: "1:30"',
        't: |',
        '  a',
        '  b',
        '',
      ].join('\n'),
    );
  });

  it('indents behind separators in single quotes, as the emitter does', () => {
    expect(stringifyYaml({ a: 'x\u2028\u2028y: z', b: { c: 'x\u2029' } })).toBe(
      "a: 'x\u2028\u2028  y: z'\nb:\n  c: 'x\u2029'\n",
    );
  });
});
