import type { ChartDependency } from '../charts';
import { readIndex } from '../repositories';
import { chartOf } from '../testing/chartOf';
import {
  isLockInSync,
  locateDependency,
  lockDigest,
  missingDependencies,
  resolveDependencies,
} from './index';

const code = (expected: string) => expect.objectContaining({ code: expected });

function dependency(
  fields: Partial<ChartDependency> & { name: string },
): ChartDependency {
  return {
    ...{ version: '', repository: '', condition: '', tags: [] },
    ...{ enabled: false, importValues: [], alias: '' },
    ...fields,
  };
}

describe('lockDigest', () => {
  // Digests are Helm 4.2's.
  it('is that of the JSON of Go', () => {
    const repository = 'https://a.b/<c>&';
    expect(
      lockDigest(
        [
          dependency({
            ...{ name: 'a', version: '^1.0', repository, alias: 'x' },
            ...{ tags: ['t'], condition: 'a.on' },
            importValues: ['z', { parent: 'p', child: 'c' }],
          }),
          dependency({ name: 'b' }),
        ],
        [dependency({ name: 'a', version: '1.2.3', repository })],
      ),
    ).toBe(
      'sha256:ccbf5f59d45683bd5638182cd03d3845dded022d891aabed3f7f9920ac7eeff0',
    );
    expect(lockDigest(undefined, undefined)).toBe(
      'sha256:95cb9b4f84ceff132cc7a875d8c192bf4997016a939ee64141c1fd628c0e8738',
    );
    expect(lockDigest([], [])).toBe(
      'sha256:643d5437104296e21d906ecb15b2c96ad278f20cfc4af53b12bb6069bd853726',
    );
  });
});

describe('missingDependencies', () => {
  const locked = dependency({
    name: 'db',
    version: '1.0.0',
    repository: 'https://a.b',
  });
  const chartWith = (digest: string, files: Record<string, string> = {}) =>
    chartOf({
      'Chart.yaml':
        'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: db, version: 1.x, repository: "https://a.b"}\n',
      'Chart.lock': `digest: ${digest}\ndependencies:\n- {name: db, version: 1.0.0, repository: "https://a.b"}\n`,
      ...files,
    });

  it('takes the lock only if it is in sync', async () => {
    const stale = await chartWith('sha256:x');
    expect(isLockInSync(stale.metadata, stale.lock!)).toBe(false);
    expect(missingDependencies(stale)).toEqual([{ ...locked, version: '1.x' }]);
    const fresh = await chartWith(
      lockDigest(stale.metadata.dependencies, [locked]),
    );
    expect(missingDependencies(fresh)).toEqual([locked]);
  });

  it('passes over charts that are there', async () => {
    const chart = await chartWith('sha256:x', {
      'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
    });
    expect(missingDependencies(chart)).toEqual([]);
  });
});

describe('locateDependency', () => {
  const options = {
    chartPath: 'charts/web',
    aliases: new Map([['stable', 'https://a.b/stable']]),
  };

  it.each([
    ['', { kind: 'charts', path: 'charts/db' }],
    ['file://../db', { kind: 'directory', path: 'charts/db' }],
    ['file://../../x/./db/', { kind: 'directory', path: 'x/db' }],
    ['file:///db', { kind: 'directory', path: 'charts/web/db' }],
    ['https://a.b', { kind: 'index', repositoryUrl: 'https://a.b/' }],
    ['HTTP://a.b/c/', { kind: 'index', repositoryUrl: 'http://a.b/c/' }],
    ['oci://a.b/c/', { kind: 'oci', reference: 'oci://a.b/c/db' }],
    ['@stable', { kind: 'index', repositoryUrl: 'https://a.b/stable/' }],
    ['alias:stable', { kind: 'index', repositoryUrl: 'https://a.b/stable/' }],
  ])('%j', (repository, expected) => {
    expect(locateDependency({ name: 'db', repository }, options)).toEqual(
      expected,
    );
  });

  it.each([
    ['db', '@other', 'unknown-alias'],
    ['db', 'file://../../../db', 'outside-root'],
    ['db', 'file://..\\db', 'invalid-repository'],
    ['db', 'ftp://a.b', 'invalid-repository'],
    ['db', 'https://', 'invalid-repository'],
    ['db', 'https://a.b:x', 'invalid-repository'],
    ['db', 'a.b/c', 'invalid-repository'],
    ['..', '', 'invalid-repository'],
    ['a/b', 'oci://a.b', 'invalid-repository'],
  ])('refuses %s of %j: %s', (name, repository, expected) => {
    expect(() => locateDependency({ name, repository }, options)).toThrow(
      code(expected),
    );
  });
});

describe('resolveDependencies', () => {
  const index = readIndex(
    Buffer.from(`apiVersion: v1
entries:
  db:
  - {name: db, version: 1.3.0}
  - {name: db, version: 1.2.0, urls: [db-1.2.0.tgz], digest: "sha256:abc"}
  - {name: db, version: 2.0.0, urls: ["https://c.d/db-2.0.0.tgz"]}
  bad:
  - {name: bad, version: 1.0.0, urls: ["%zz"]}
`),
  );
  const options = {
    index: (url: string) => (url === 'https://a.b/' ? index : undefined),
    tags: (reference: string) =>
      reference === 'oci://a.b/db'
        ? ['latest', '1.0.0', '1.1.0_build', '1.2.0-rc.1', '2.0.0']
        : undefined,
    localVersion: (path: string) => (path === 'libs/db' ? '1.5.0' : undefined),
  };
  const resolve = (version: string, repository: string, name = 'db') =>
    resolveDependencies([dependency({ name, version, repository })], options);

  it.each([
    // 1.3.0 cannot be fetched.
    [
      '1.x',
      'https://a.b',
      { version: '1.2.0', url: 'https://a.b/db-1.2.0.tgz', digest: 'abc' },
    ],
    ['', 'https://a.b', { version: '2.0.0', url: 'https://c.d/db-2.0.0.tgz' }],
    ['1.x', 'oci://a.b', { version: '1.1.0+build' }],
    ['3.0.0', 'oci://other', { version: '3.0.0' }],
    ['1.x', 'file://libs/db', { version: '1.5.0' }],
    ['1.x', '', { version: '1.x' }],
  ])('%s of %j', (version, repository, expected) => {
    expect(resolve(version, repository)).toEqual([
      expect.objectContaining(expected),
    ]);
  });

  it.each([
    ['>=3', 'https://a.b', 'db', 'not-found'],
    ['1.x', 'https://a.b', '__proto__', 'not-found'],
    ['1.x', 'https://other', 'db', 'unknown-repository'],
    ['1.x', 'oci://other', 'db', 'unknown-repository'],
    ['3.x', 'oci://a.b', 'db', 'not-found'],
    ['2.x', 'file://libs/db', 'db', 'not-found'],
    ['new', 'https://a.b', 'db', 'invalid-range'],
    ['1.x', 'https://a.b', 'bad', 'invalid-repository'],
  ])('refuses %s of %s, %s: %s', (version, repository, name, expected) => {
    expect(() => resolve(version, repository, name)).toThrow(code(expected));
  });

  it('names all that cannot be found', () => {
    const repository = 'https://a.b';
    expect(() =>
      resolveDependencies(
        [
          dependency({ name: 'db', version: '9', repository }),
          dependency({ name: 'web', version: '1', repository }),
        ],
        options,
      ),
    ).toThrow('"db" "9", "web" "1"');
  });
});
