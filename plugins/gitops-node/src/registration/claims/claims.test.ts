import { ConfigReader } from '@backstage/config';
import { readClaims } from './Claim';
import { parseFileLocation } from './fileLocation';
import { claimsFor, homeFor, matchesLocation } from './matchClaims';
import { readHomeNaming } from './readHomes';

const rawHosts = ['127.0.0.1:8418'];

describe('parseFileLocation', () => {
  it.each([
    [
      'https://github.com/org/repo/blob/main/gitops/app.yaml',
      {
        host: 'github.com',
        repository: 'org/repo',
        ref: 'main',
        path: 'gitops/app.yaml',
      },
    ],
    [
      'https://gitlab.com/group/sub/repo/-/blob/v1.2/app.yaml',
      {
        host: 'gitlab.com',
        repository: 'group/sub/repo',
        ref: 'v1.2',
        path: 'app.yaml',
      },
    ],
    [
      'https://dev.azure.com/org/proj/_git/repo?path=%2Fx%2Fy.yaml&version=GBmain',
      {
        host: 'dev.azure.com',
        repository: 'org/proj/_git/repo',
        ref: 'main',
        path: 'x/y.yaml',
      },
    ],
    [
      'http://127.0.0.1:8418/raw/demo/game/main/gitops/game-app.yaml',
      {
        host: '127.0.0.1:8418',
        repository: 'demo/game',
        ref: 'main',
        path: 'gitops/game-app.yaml',
      },
    ],
    [
      'http://127.0.0.1:8419/raw/demo/game/main/x.yaml',
      { host: '127.0.0.1:8419' },
    ],
    [
      'http://127.0.0.1:8418/raw/demo/game/main/x.yaml?ref=other',
      { host: '127.0.0.1:8418' },
    ],
    [
      'http://user:secret@127.0.0.1:8418/raw/demo/game/main/x.yaml',
      {
        host: '127.0.0.1:8418',
        repository: 'demo/game',
        ref: 'main',
        path: 'x.yaml',
      },
    ],
    [
      'http://127.0.0.1:8418/raw/demo/game/main/a/../../../../evil/repo/main/x.yaml',
      {
        host: '127.0.0.1:8418',
        repository: 'evil/repo',
        ref: 'main',
        path: 'x.yaml',
      },
    ],
  ])('%s', (address, expected) => {
    expect(parseFileLocation(address, { rawHosts })).toEqual(expected);
  });

  it.each([
    'http://127.0.0.1:8418/raw/demo/game/main/gitops%2F..%2Fx.yaml',
    'http://127.0.0.1:8418/raw/demo/game/main/gitops/%2e%2e/x.yaml',
    'http://127.0.0.1:8418/raw/demo/game/main/gitops\\..\\x.yaml',
    'https://dev.azure.com/o/p/_git/r?path=/gitops/../x.yaml&version=GBmain',
    'file:///etc/passwd',
    'not a url',
  ])('refuses %s', address => {
    expect(() => parseFileLocation(address, { rawHosts })).toThrow(
      expect.objectContaining({ code: 'GITOPS_INVALID_FILE_LOCATION' }),
    );
  });
});

describe('matchesLocation', () => {
  const match = {
    host: 'github.com',
    repository: 'org/repo',
    ref: 'main',
    pathPrefix: 'gitops',
  };
  it.each([
    ['github.com/org/repo/blob/main/gitops/app.yaml', true],
    ['github.com/org/repo/blob/main/gitops', true],
    ['github.com/org/repo/blob/main/gitops-other/app.yaml', false],
    ['github.com/org/repo/blob/main2/gitops/app.yaml', false],
    ['github.com/org/repo2/blob/main/gitops/app.yaml', false],
    ['github.com/evil/repo/blob/main/gitops/app.yaml', false],
    ['github.com.evil.com/org/repo/blob/main/gitops/app.yaml', false],
    ['github.com/org/repo', false],
  ])('%s: %s', (address, expected) => {
    expect(
      matchesLocation(match, parseFileLocation(`https://${address}`)),
    ).toBe(expected);
  });
});

describe('configuration', () => {
  const read = (claim: object) =>
    readClaims(
      new ConfigReader({
        gitops: { claims: [{ home: 'a', namespaces: ['x'], ...claim }] },
      }),
    );

  it('normalises what people write', () => {
    expect(
      read({
        location: {
          host: 'GitHub.com',
          repository: 'o/r',
          pathPrefix: './gitops/',
        },
        sourceHosts: ['GitHub.com'],
      }),
    ).toMatchObject([
      {
        location: { host: 'github.com', pathPrefix: 'gitops' },
        sourceHosts: ['github.com'],
      },
    ]);
    expect(readClaims(new ConfigReader({}))).toEqual([]);
  });

  it.each([
    [
      'a URL as host',
      { location: { host: 'https://github.com' } },
      'without scheme',
    ],
    [
      'a path without repository',
      { location: { host: 'x', pathPrefix: 'y' } },
      'no repository',
    ],
    [
      'no namespaces',
      { location: { host: 'x' }, namespaces: [] },
      'gitops.claims[0].namespaces is empty',
    ],
  ])('refuses %s', (_, claim, message) => {
    expect(() => read(claim)).toThrow(message);
  });

  it('refuses two bare homes', () => {
    expect(() =>
      readHomeNaming(
        new ConfigReader({
          gitops: {
            homes: [
              { name: 'a', bare: true },
              { name: 'b', bare: true },
            ],
          },
        }),
      ),
    ).toThrow('at most one home can be');
  });

  it('chooses the home by namespace first', () => {
    const homes = ['a', 'b', 'c'].map(name => ({ name, bare: name === 'c' }));
    const claims = ['a', 'b'].map(home => ({
      location: { host: 'x' },
      home,
      namespaces: [`of-${home}`],
    }));
    const choose = (namespace: string, of = claims) =>
      homeFor({ homes, claims: claimsFor(of, { host: 'x' }), namespace })?.name;
    expect(choose('of-b')).toBe('b');
    expect(choose('other')).toBe('a');
    expect(choose('of-b', [])).toBe('c');
  });
});
