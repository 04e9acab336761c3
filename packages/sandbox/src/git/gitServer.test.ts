import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SandboxError } from '../errors';
import { describeIf, runCommand } from '../testing/command';
import type { SandboxGit } from './gitServer';
import { startGitServer } from './gitServer';

jest.setTimeout(60_000);

describeIf('git', ['--version'])('startGitServer', () => {
  let directory: string;
  let server: SandboxGit;

  beforeAll(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-git-'));
    server = await startGitServer({ dataDir: path.join(directory, 'data') });
  });

  afterAll(async () => {
    await server.stop();
    fs.rmSync(directory, { recursive: true });
  });

  const git = async (...args: string[]) => {
    const result = await runCommand('git', args, {
      cwd: directory,
      env: {
        HOME: directory,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@example.com',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@example.com',
      },
    });
    return result;
  };

  it('is cloned from and pushed to by git', async () => {
    const { url, commit } = await server.createRepository('team/app', {
      'apps/web.yaml': 'kind: ConfigMap\n',
      'run.sh': { content: '#!/bin/sh\n', executable: true },
    });
    expect(url).toBe(`${server.url}/team/app.git`);
    expect((await git('clone', '--quiet', url, 'app')).stderr).toBe('');
    const work = path.join(directory, 'app');
    expect(fs.readFileSync(path.join(work, 'apps/web.yaml'), 'utf8')).toBe(
      'kind: ConfigMap\n',
    );
    expect(fs.statSync(path.join(work, 'run.sh')).mode & 0o111).not.toBe(0);
    expect((await git('-C', 'app', 'rev-parse', 'HEAD')).stdout.trim()).toBe(
      commit,
    );

    fs.writeFileSync(path.join(work, 'new.txt'), 'new\n');
    await git('-C', 'app', 'add', '.');
    await git('-C', 'app', 'commit', '--quiet', '-m', 'add');
    expect((await git('-C', 'app', 'push', '--quiet')).code).toBe(0);
    expect(String(await server.read('team/app', 'new.txt'))).toBe('new\n');
  });

  it('commits changes, removals, branches and tags without a work tree', async () => {
    const { commit: first } = await server.createRepository('team/files', {
      'a.txt': 'a',
      'dir/b.txt': 'b',
      'dir/c.txt': 'c',
    });
    const second = await server.commit('team/files', {
      files: { 'a.txt': 'changed' },
      remove: ['dir'],
      message: 'second',
      tags: ['v1'],
    });
    expect(String(await server.read('team/files', 'a.txt', 'v1'))).toBe(
      'changed',
    );
    expect(String(await server.read('team/files', 'a.txt', first))).toBe('a');
    await expect(server.read('team/files', 'dir/b.txt')).rejects.toMatchObject({
      code: 'not-found',
    });
    await server.commit('team/files', {
      branch: 'feature',
      files: { 'f.txt': 'f' },
    });
    expect(await server.revision('team/files', 'main')).toBe(second);
    expect(String(await server.read('team/files', 'a.txt', 'feature'))).toBe(
      'changed',
    );
  });

  it('serves raw files', async () => {
    await server.createRepository('team/raw', { 'x/y.txt': 'content' });
    const found = await fetch(`${server.url}/raw/team/raw/main/x/y.txt`);
    expect(await found.text()).toBe('content');
    const missing = await fetch(`${server.url}/raw/team/raw/main/x/z.txt`);
    expect(missing.status).toBe(404);
  });

  it('wants the credentials of a repository', async () => {
    const { url } = await server.createRepository(
      'team/private',
      { a: 'a' },
      {
        access: {
          basic: { username: 'me', password: 'secret' },
          bearer: 'token',
        },
      },
    );
    const refused = await git('ls-remote', url);
    expect(refused.code).not.toBe(0);
    const allowed = await git(
      'ls-remote',
      url.replace('//', '//me:secret@'),
      'main',
    );
    expect(allowed.stdout).toContain('refs/heads/main');
    const bearer = await git(
      '-c',
      'http.extraHeader=Authorization: Bearer token',
      'ls-remote',
      url,
    );
    expect(bearer.code).toBe(0);
  });

  it.each(['../x', 'a/../b', 'a.git', '-x', 'a//b', ''])(
    'refuses the repository name %j',
    async name => {
      await expect(server.createRepository(name)).rejects.toMatchObject({
        code: 'invalid-name',
      });
    },
  );

  it('says which port is in use and what to do', async () => {
    const failure = await startGitServer({
      dataDir: path.join(directory, 'other'),
      port: server.port,
    }).catch(error => error);
    expect(failure).toBeInstanceOf(SandboxError);
    expect(failure).toMatchObject({
      code: 'port-in-use',
      port: server.port,
      message: `Port ${server.port} for the Git server is in use on 127.0.0.1.`,
    });
    expect(failure.hint).toContain('another port');
  });
});
