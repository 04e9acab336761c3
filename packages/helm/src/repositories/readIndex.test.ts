import { readIndex, ReadIndexOptions, writeIndexJson } from './index';

const code = (expected: string) => expect.objectContaining({ code: expected });

function read(text: string, options?: ReadIndexOptions) {
  return readIndex(Buffer.from(text), options);
}

const chart = (lines: string) => `apiVersion: v1\nentries:\n  x:\n${lines}`;

describe('readIndex', () => {
  it('reads YAML and JSON alike', () => {
    const yaml = read(
      'apiVersion: v1\ngenerated: 2020-01-02T03:04:05Z\nannotations: {a: 1}\nentries:\n  web:\n' +
        '  - {name: web, version: 1.2.3, urls: [web-1.2.3.tgz], digest: abc, removed: true,\n' +
        '     deprecated: true, created: "2020-01-02T03:04:05.120+02:00"}\n',
    );
    const json = read(
      JSON.stringify({
        apiVersion: 'v1',
        generated: '2020-01-02T03:04:05Z',
        annotations: { a: '1' },
        unknown: 1,
        entries: {
          web: [
            {
              name: 'web',
              version: '1.2.3',
              urls: ['web-1.2.3.tgz'],
              digest: 'abc',
              removed: true,
              deprecated: true,
              created: '2020-01-02T03:04:05.120+02:00',
            },
          ],
        },
      }),
    );
    expect(json).toEqual(yaml);
    expect(yaml.annotations).toEqual({ a: '1' });
    expect(yaml.entries.get('web')).toEqual([
      {
        metadata: expect.objectContaining({
          name: 'web',
          version: '1.2.3',
          apiVersion: 'v1',
          deprecated: true,
        }),
        urls: ['web-1.2.3.tgz'],
        created: '2020-01-02T03:04:05.12+02:00',
        removed: true,
        digest: 'abc',
      },
    ]);
  });

  it('sorts versions, the highest first, equal ones as in the file', () => {
    const index = read(
      chart(
        ['1.0.0', '1.0.0-rc.1', 'v1.2', '1.0.0+b', '1.0.0+a', '1.10.0', '1.9.0']
          .map(version => `  - {name: x, version: ${version}}\n`)
          .join(''),
      ),
    );
    expect(
      index.entries.get('x')!.map(({ metadata }) => metadata.version),
    ).toEqual([
      ...['1.10.0', '1.9.0', 'v1.2', '1.0.0', '1.0.0+b', '1.0.0+a'],
      '1.0.0-rc.1',
    ]);
  });

  it('leaves out what Helm refuses, and tells of it', () => {
    const warnings: string[] = [];
    const index = read(
      chart(
        [
          'null',
          '{}',
          '{name: x, version: abc}',
          '{name: a/b, version: 1.0.0}',
          '{name: "..", version: 1.0.0}',
          '{name: x, version: 1.0.0, type: other}',
          '{name: x, version: 1.0.1, dependencies: [null]}',
          '{name: x, version: 1.0.2, maintainers: [null]}',
          '{name: x, version: 1.0.3, dependencies: [{name: a, alias: "b c"}]}',
          '{name: x, version: "1.0.4\\e[31m"}',
          // Some servers leave the aliases out.
          '{name: x, version: 1.1.0, dependencies: [{name: a}, {name: a}]}',
        ]
          .map(entry => `  - ${entry}\n`)
          .join(''),
      ),
      { onWarning: warning => warnings.push(warning) },
    );
    expect(
      index.entries.get('x')!.map(({ metadata }) => metadata.version),
    ).toEqual(['1.1.0']);
    expect(warnings).toHaveLength(10);
    expect(warnings[0]).toBe(
      'skipping invalid entry of chart "x", version "": empty entry',
    );
    expect(warnings.join('')).not.toContain('\x1b');
  });

  it('tells of twenty charts, then how many more there are', () => {
    const warnings: string[] = [];
    read(chart('  - null\n'.repeat(25)), {
      onWarning: warning => warnings.push(warning),
    });
    expect(warnings).toHaveLength(21);
    expect(warnings[20]).toBe('skipping 5 more invalid entries');
  });

  it('cleans names and descriptions of what is not printable', () => {
    const index = read(
      chart(
        '  - {name: "x\\e[31m\\ty", version: 1.0.0, description: "a\\nb\\0c"}\n',
      ),
    );
    expect(index.entries.get('x')![0].metadata).toMatchObject({
      name: 'x[31m y',
      description: 'a bc',
    });
  });

  it.each([
    ['', 'invalid-index'],
    ['entries: {}', 'missing-api-version'],
    ['null', 'missing-api-version'],
    ['[]', 'invalid-field'],
    ['text', 'invalid-field'],
    ['apiVersion: v1\nfoo: 1\n', 'invalid-field'],
    ['apiVersion: v1\napiVersion: v1\n', 'invalid-index'],
    ['apiVersion: v1\nentries: []\n', 'invalid-field'],
    ['apiVersion: v1\nentries: {x: {}}\n', 'invalid-field'],
    [chart('  - text\n'), 'invalid-field'],
    [chart('  - {name: [x]}\n'), 'invalid-field'],
    // Helm has no eyes for texts within the struct of Chart.yaml.
    [chart('  - {name: x, version: 1.10}\n'), 'invalid-field'],
    [chart('  - {name: x, version: 1.0.0, created: now}\n'), 'invalid-field'],
    [chart('  - {name: x, removed: "yes"}\n'), 'invalid-field'],
    ['{"apiVersion":"v1","entries":{"x":[{"version":1}]}}', 'invalid-field'],
    ['{"apiVersion":', 'invalid-index'],
    ['a: &a [*a]', 'invalid-index'],
    [`a: ${'['.repeat(10_000)}`, 'limit'],
    [`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'limit'],
  ])('refuses %.40j: %s', (text, expected) => {
    expect(() => read(text)).toThrow(code(expected));
  });

  it('refuses aliases that would become too much', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++) {
      lines.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(10)}]`);
    }
    expect(() => read(lines.join('\n'))).toThrow(code('limit'));
  });

  it('refuses more than the limits allow', () => {
    const text = chart('  - {name: x, version: 1.0.0}\n'.repeat(3));
    expect(() => read(text, { limits: { maxBytes: 20 } })).toThrow(
      code('limit'),
    );
    expect(() => read(text, { limits: { maxEntries: 2 } })).toThrow(
      code('limit'),
    );
    expect(read(text, { limits: { maxEntries: 3 } }).entries.size).toBe(1);
    const json = '{"apiVersion":"v1","publicKeys":["a","b","c"]}';
    expect(() => read(json, { limits: { maxValues: 3 } })).toThrow(
      code('limit'),
    );
  });

  it('refuses what is not UTF-8', () => {
    expect(() => readIndex(Uint8Array.of(0x61, 0xff))).toThrow(
      code('invalid-index'),
    );
  });

  it('has names of JavaScript as any other', () => {
    const index = read(
      'apiVersion: v1\nentries:\n  __proto__:\n  - {name: p, version: 1.0.0}\n  constructor:\n  - {name: c, version: 1.0.0, annotations: {__proto__: x}}\n',
    );
    expect([...index.entries.keys()]).toEqual(['__proto__', 'constructor']);
    const [{ metadata }] = index.entries.get('constructor')!;
    expect(Object.entries(metadata.annotations)).toEqual([['__proto__', 'x']]);
    expect(() => read('{"apiVersion":"v1","toString":1}')).not.toThrow();
    expect(() => read('apiVersion: v1\ntoString: 1')).toThrow(
      code('invalid-field'),
    );
  });
});

describe('writeIndexJson', () => {
  it('writes what Go writes', () => {
    const index = read(
      'apiVersion: v1\nannotations: {b: "<", "9": x, "10": z}\nentries:\n' +
        '  b: []\n  a:\n  - {name: a, version: 1.0.0, digest: d, urls: [u], removed: true}\n',
    );
    expect(writeIndexJson(index)).toBe(`{
  "apiVersion": "v1",
  "generated": "0001-01-01T00:00:00Z",
  "entries": {
    "a": [
      {
        "name": "a",
        "version": "1.0.0",
        "apiVersion": "v1",
        "urls": [
          "u"
        ],
        "created": "0001-01-01T00:00:00Z",
        "removed": true,
        "digest": "d"
      }
    ],
    "b": []
  },
  "annotations": {
    "10": "z",
    "9": "x",
    "b": "\\u003c"
  }
}`);
    expect(read(writeIndexJson(index)).entries.get('a')).toEqual(
      index.entries.get('a'),
    );
  });
});
