import { findChartVersion, readIndex } from './index';

const code = (expected: string) => expect.objectContaining({ code: expected });

const index = readIndex(
  Buffer.from(`apiVersion: v1
entries:
  empty: []
  web:
  - {name: web, version: 2.0.0-rc.1}
  - {name: web, version: 1.3.0+old, created: "2020-01-01T00:00:00Z"}
  - {name: web, version: 1.3.0+new, created: "2021-01-01T00:00:00Z"}
  - {name: web, version: 1.3.0+none}
  - {name: web, version: v1.2.0}
  - {name: web, version: 1.0.0, removed: true}
`),
);

describe('findChartVersion', () => {
  it.each([
    ['', '1.3.0+new'],
    ['*', '1.3.0+new'],
    ['>0.0.0-0', '2.0.0-rc.1'],
    ['2.0.0-rc.1', '2.0.0-rc.1'],
    ['1.3.0+old', '1.3.0+old'],
    ['1.3.0', '1.3.0+new'],
    ['1.2.0', 'v1.2.0'],
    ['v1.2.0', 'v1.2.0'],
    ['<1.2', '1.0.0'],
    ['^1', '1.3.0+new'],
  ])('%j is %s', (range, expected) => {
    expect(findChartVersion(index, 'web', range).metadata.version).toBe(
      expected,
    );
  });

  it.each([
    ['other', '', 'chart-not-found'],
    ['__proto__', '', 'chart-not-found'],
    ['empty', '', 'version-not-found'],
    ['web', '>=2', 'version-not-found'],
    ['web', 'latest', 'invalid-range'],
  ])('%s %j: %s', (name, range, expected) => {
    expect(() => findChartVersion(index, name, range)).toThrow(code(expected));
  });

  it('says what it looked for', () => {
    expect(() => findChartVersion(index, 'web', '3.x')).toThrow(
      'no "web" chart with version matching "3.x" found',
    );
  });
});
