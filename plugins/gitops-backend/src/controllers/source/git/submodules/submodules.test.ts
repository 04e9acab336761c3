// Servers: two of the sandbox's Git servers (git http-backend).
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import { fastImport, ImportedFile } from '../__testUtils__/fastImport';
import { TestFetches } from '../__testUtils__/fetchContext';
import { parseGitmodules } from './parseGitmodules';
import { submoduleUrl } from './submoduleUrl';

jest.setTimeout(120_000);

describe('parseGitmodules', () => {
  it('reads paths and addresses', () => {
    const text = `
      # comment
      [core]
        url = nothing
      [submodule "a"] ; comment
        path = libs/a
        url = ../a.git # comment
        branch = main
        shallow
      [submodule "b \\"c\\""]
        PATH = "libs/b c;d"
        url = https://git.test/b\\
.git
      [submodule "half"]
        path = half
    `;
    expect([...parseGitmodules(text)]).toEqual([
      ['libs/a', '../a.git'],
      ['libs/b c;d', 'https://git.test/b.git'],
    ]);
  });

  it.each(['[submodule "a"', 'path = "a', '= x'])(
    'says where %j is wrong',
    line => {
      expect(() => parseGitmodules(`[submodule "x"]\n${line}\n`)).toThrow(
        /line 2 of .gitmodules/,
      );
    },
  );
});

describe('submoduleUrl', () => {
  const parent = 'https://git.test/team/app.git';

  it.each([
    ['../lib.git', 'https://git.test/team/lib.git'],
    ['./lib.git', 'https://git.test/team/app.git/lib.git'],
    ['../../other/lib', 'https://git.test/other/lib'],
    ['http://else.test/a', 'http://else.test/a'],
    ['git@git.test:team/a.git', 'ssh://git@git.test/team/a.git'],
    ['git.test:/team/a.git', 'ssh://git.test/team/a.git'],
  ])('%s', (url, expected) => {
    expect(submoduleUrl(parent, url, 'lib')).toBe(expected);
  });

  it.each([
    'file:///etc',
    '/etc/repository',
    '../../../../etc',
    'ext::sh -c touch% canary',
    'git://git.test/a',
    'ssh://-oProxyCommand=canary/a',
    '--upload-pack=canary',
    'C:\\repository',
    '',
  ])('refuses %j', url => {
    const resolve = () => submoduleUrl(parent, url, 'lib');
    expect(resolve).toThrow(/^the address of submodule 'lib' /);
    expect(resolve).not.toThrow('canary');
  });
});

describe('spec.recurseSubmodules', () => {
  let directory: string;
  let server: SandboxGit;
  let other: SandboxGit;
  let fetches: TestFetches;
  const basic = { username: 'me', password: 'canary' };

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'gitops-submodules-'));
    server = await startGitServer({ dataDir: path.join(directory, 'a') });
    other = await startGitServer({ dataDir: path.join(directory, 'b') });
    fetches = await TestFetches.create();
    fetches.addSecret('me', basic);
  });

  afterAll(async () => {
    await fetches.stop();
    await server.stop();
    await other.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const create = async (
    at: SandboxGit,
    name: string,
    files: Record<string, ImportedFile>,
  ) => {
    const { url } = await at.createRepository(name, undefined, {
      access: { basic },
    });
    const root = path.join(directory, at === server ? 'a' : 'b');
    const gitDir = path.join(root, 'repositories', `${name}.git`);
    return { url, commit: fastImport(gitDir, files) };
  };

  const modules = (urls: Record<string, string>) =>
    Object.entries(urls)
      .map(([at, url]) => `[submodule "${at}"]\npath = ${at}\nurl = ${url}\n`)
      .join('');

  const fetch = (url: string, spec: object = {}) =>
    fetches.fetch({
      ...{ url, secretRef: { name: 'me' }, recurseSubmodules: true },
      ...spec,
    });

  it('fetches them with the same credential, deep down, and in order', async () => {
    const inner = await create(server, 'team/inner', { 'in.yaml': 'in' });
    const lib = await create(server, 'team/lib', {
      '.gitmodules': modules({ 'deep/inner': '../inner.git' }),
      'deep/inner': { submodule: inner.commit },
      'lib.yaml': 'lib',
      'more/x.yaml': 'x',
    });
    const { url } = await create(server, 'team/app', {
      '.gitmodules': modules({ 'libs/lib': '../lib.git' }),
      'a.yaml': 'a',
      'libs/lib': { submodule: lib.commit },
      'libs/lib-2': 'after',
      'libs/unnamed': { submodule: 'f'.repeat(40) },
      'z.yaml': 'z',
    });
    const all = await fetch(url);
    expect(Object.entries(all.files)).toEqual([
      ['a.yaml', 'a'],
      ['libs/lib/deep/inner/in.yaml', 'in'],
      ['libs/lib/lib.yaml', 'lib'],
      ['libs/lib/more/x.yaml', 'x'],
      ['libs/lib-2', 'after'],
      ['z.yaml', 'z'],
    ]);
    expect((await fetch(url, { recurseSubmodules: false })).files).toEqual({
      'a.yaml': 'a',
      'libs/lib-2': 'after',
      'z.yaml': 'z',
    });
    const sparse = { sparseCheckout: ['./libs/lib/more', 'z.yaml'] };
    expect((await fetch(url, sparse)).files).toEqual({
      'libs/lib/more/x.yaml': 'x',
      'z.yaml': 'z',
    });
  });

  it('gives no credential to another host', async () => {
    const foreign = await create(other, 'team/foreign', { 'f.yaml': 'f' });
    const { url } = await create(server, 'team/outward', {
      '.gitmodules': modules({ sub: foreign.url }),
      sub: { submodule: foreign.commit },
    });
    const seen = other.requests.length;
    const failure = await fetch(url).catch(error => error);
    expect(failure).toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringMatching(
        /^submodule 'sub' cannot be fetched: .* refused access \(HTTP 401\)/,
      ),
    });
    expect(failure.message).not.toContain('canary');
    expect(other.requests.length).toBeGreaterThan(seen);
    other.setAccess('team/foreign', undefined);
    expect((await fetch(url)).files).toEqual({ 'sub/f.yaml': 'f' });
  });

  it('refuses files of this machine', async () => {
    const { url } = await create(server, 'team/local', {
      '.gitmodules': modules({ sub: `file://${directory}/a` }),
      sub: { submodule: 'a'.repeat(40) },
    });
    await expect(fetch(url)).rejects.toThrow(/begins with file:/);
  });

  it('ends where they are nested without end', async () => {
    let commit = 'a'.repeat(40);
    let last = '';
    for (let depth = 0; depth < 13; depth++) {
      const made = await create(server, `nested/r${depth}`, {
        '.gitmodules': modules({ sub: `../r${depth - 1}.git` }),
        ...(depth > 0 ? { sub: { submodule: commit } } : { x: 'x' }),
      });
      ({ commit, url: last } = made);
    }
    await expect(fetch(last)).rejects.toThrow(/nested deeper than 10/);
  });

  it('does not follow a link in place of .gitmodules', async () => {
    const { url } = await create(server, 'team/linked', {
      '.gitmodules': { link: 'elsewhere' },
      elsewhere: modules({ sub: '../lib.git' }),
      sub: { submodule: 'a'.repeat(40) },
    });
    expect(Object.keys((await fetch(url)).files)).toEqual(['elsewhere']);
  });
});
