// Server: the sandbox's Git server, which is a real git http-backend.
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import { HttpPool } from '../../../../net/HttpPool';
import { NetworkGuard } from '../../../../net/NetworkGuard';
import { GitHttp } from '../GitHttp';
import { GitRemote } from '../GitRemote';
import { referencePrefixes, resolveReference } from '../resolveReference';
import { GitObject, writePack } from './GitObject';
import { ReceivePackClient } from './ReceivePackClient';
import { SignCommit, writeCommit } from './writeCommit';

jest.setTimeout(120_000);

const REPO = 'team/app';
const AUTHOR = { name: 'Flux <bot>', email: 'flux@example.com\n' };
const { signal } = new AbortController();

describe('a push to a real git', () => {
  let directory: string;
  let server: SandboxGit;
  let url: string;
  const pool = new HttpPool({
    guard: new NetworkGuard({ allow: ['127.0.0.1'] }),
  });

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'gitops-push-'));
    server = await startGitServer({ dataDir: directory });
    ({ url } = await server.createRepository(REPO, {
      'apps/game/deployment.yaml': 'image: game:v1\n',
      'apps/game/other.yaml': 'other\n',
      'apps/web.yaml': 'web\n',
      'README.md': 'read me\n',
    }));
  });

  afterEach(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });
  afterAll(() => pool.close());

  const bare = () => path.join(directory, 'repositories', `${REPO}.git`);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', bare(), ...args], { encoding: 'utf8' });

  const client = () =>
    new ReceivePackClient(
      new GitHttp({
        ...{ url, signal },
        service: 'git-receive-pack',
        client: pool.open({}),
      }),
    );

  /** A commit on top of main that changes files, and all that it needs. */
  const commitOf = async (
    files: Record<string, string>,
    options: { message?: string; sign?: SignCommit } = {},
  ): Promise<{ parent: string; commit: GitObject; pack: Buffer }> => {
    const remote = new GitRemote({
      transport: new GitHttp({ url, signal, client: pool.open({}) }),
      directory: async () => directory,
      limits: { bytes: 1_000_000, files: 1_000 },
      signal,
    });
    const reference = { branch: 'main' };
    const target = await resolveReference(
      reference,
      await remote.list(referencePrefixes(reference)),
    );
    const checkout = await remote.checkout(target);
    const edited = await checkout.edit(
      new Map(
        Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]),
      ),
    );
    const commit = await writeCommit(
      {
        tree: edited.oid,
        parents: [checkout.commit.oid],
        author: AUTHOR,
        time: Date.UTC(2026, 10, 22),
        message: options.message ?? 'Update images\n\nwith a body\n\n',
      },
      'sha1',
      options.sign,
    );
    await checkout.dispose();
    await remote.close();
    return {
      parent: checkout.commit.oid,
      commit,
      pack: await writePack([commit, ...edited.objects], 'sha1'),
    };
  };

  it('adds a commit that git reads, and changes nothing else', async () => {
    const { parent, commit, pack } = await commitOf({
      'apps/game/deployment.yaml': 'image: game:v2\n',
      'README.md': 'x'.repeat(100_000),
    });
    const pushing = client();
    expect(await pushing.find('refs/heads/main')).toBe(parent);
    await pushing.push(
      [{ ref: 'refs/heads/main', from: parent, to: commit.oid }],
      pack,
    );
    await pushing.close();
    git('fsck', '--strict');
    expect(git('log', '-1', '--format=%H|%P|%an|%ae|%cn|%at|%B', 'main')).toBe(
      `${commit.oid}|${parent}|Flux bot|flux@example.com|Flux bot|1795305600|Update images\n\nwith a body\n\n`,
    );
    expect(git('diff', '--name-only', parent, 'main')).toBe(
      'README.md\napps/game/deployment.yaml\n',
    );
    expect(git('show', 'main:apps/game/deployment.yaml')).toBe(
      'image: game:v2\n',
    );
  });

  it('makes branches and tags, and takes options', async () => {
    git('config', 'receive.advertisePushOptions', 'true');
    const hook = path.join(bare(), 'hooks', 'pre-receive');
    await writeFile(
      hook,
      '#!/bin/sh\necho "$GIT_PUSH_OPTION_0" > "$GIT_DIR/option"\n',
    );
    await chmod(hook, 0o755);
    const { commit, pack } = await commitOf({ 'README.md': 'new\n' });
    const pushing = client();
    await pushing.push(
      [
        { ref: 'refs/heads/updates', from: undefined, to: commit.oid },
        { ref: 'refs/tags/v1', from: undefined, to: commit.oid },
      ],
      pack,
      ['ci.skip'],
    );
    expect(await pushing.find('refs/heads/updates')).toBe(commit.oid);
    await pushing.close();
    expect(
      execFileSync('cat', [path.join(bare(), 'option')], { encoding: 'utf8' }),
    ).toBe('ci.skip\n');
  });

  it.each([true, false])(
    'loses a race, and says so: connected before, %s',
    async before => {
      const { parent, commit, pack } = await commitOf({
        'README.md': 'late\n',
      });
      const pushing = client();
      const found = before ? await pushing.find('refs/heads/main') : parent;
      expect(found).toBe(parent);
      await server.commit(REPO, { message: 'First', files: { a: 'b' } });
      await expect(
        pushing.push(
          [{ ref: 'refs/heads/main', from: parent, to: commit.oid }],
          pack,
        ),
      ).rejects.toMatchObject({
        code: 'GIT_PUSH_STALE',
        message: expect.stringContaining(
          'somebody else has moved refs/heads/main in the meantime',
        ),
      });
      await pushing.close();
    },
  );

  it('is refused where the branch is protected, in the words of the server', async () => {
    const hook = path.join(bare(), 'hooks', 'update');
    await writeFile(
      hook,
      '#!/bin/sh\necho "Protected branch $1: changes go by pull request" >&2\nexit 1\n',
    );
    await chmod(hook, 0o755);
    const { parent, commit, pack } = await commitOf({ 'README.md': 'no\n' });
    const pushing = client();
    await expect(
      pushing.push(
        [{ ref: 'refs/heads/main', from: parent, to: commit.oid }],
        pack,
      ),
    ).rejects.toMatchObject({
      code: 'GIT_PUSH_REFUSED',
      message: expect.stringMatching(
        /does not let refs\/heads\/main be moved: hook declined \(it says: .*Protected branch refs\/heads\/main: changes go by pull request.*\); look whether the branch is protected/s,
      ),
    });
    await pushing.close();
    expect(git('rev-parse', 'main').trim()).toBe(parent);
  });

  it('is refused with objects that are missing or broken', async () => {
    const { parent, commit, pack } = await commitOf({ 'README.md': 'no\n' });
    for (const broken of [
      await writePack([commit], 'sha1'),
      Buffer.concat([pack.subarray(0, -1), Buffer.from([0])]),
    ]) {
      const pushing = client();
      await expect(
        pushing.push(
          [{ ref: 'refs/heads/main', from: parent, to: commit.oid }],
          broken,
        ),
      ).rejects.toMatchObject({ code: 'GIT_PUSH_REFUSED' });
      await pushing.close();
    }
  });

  it('changes only files that are there', async () => {
    await expect(commitOf({ 'apps/none.yaml': 'x' })).rejects.toMatchObject({
      code: 'GIT_PATH_NOT_FOUND',
      message: 'there is no file or directory "none.yaml" to be changed',
    });
  });

  it('may be signed', async () => {
    const { commit } = await commitOf(
      { 'README.md': 'signed\n' },
      {
        sign: async text =>
          `-----BEGIN SIGNATURE-----\n${text.length}\n-----END SIGNATURE-----\n`,
      },
    );
    expect(commit.content.toString()).toMatch(
      /^tree [^]*\ncommitter [^\n]*\ngpgsig -----BEGIN SIGNATURE-----\n \d+\n -----END SIGNATURE-----\n\nUpdate images\n/,
    );
  });
});
