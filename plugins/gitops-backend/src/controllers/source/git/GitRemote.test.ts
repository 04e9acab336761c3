// Server: the sandbox's Git server, which is a real git http-backend.
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import { GitRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { HttpPool } from '../../../net/HttpPool';
import { NetworkGuard } from '../../../net/NetworkGuard';
import { GitHttp } from './GitHttp';
import { GitRemote } from './GitRemote';
import { referencePrefixes, resolveReference } from './resolveReference';

jest.setTimeout(60_000);

const REPO = 'team/app';

describe('GitRemote against a real git', () => {
  let directory: string;
  let server: SandboxGit;
  let url: string;
  let first: string;
  let second: string;
  const pool = new HttpPool({
    guard: new NetworkGuard({ allow: ['127.0.0.1'] }),
  });

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'gitops-remote-'));
    server = await startGitServer({ dataDir: directory });
    const repository = await server.createRepository(REPO, {
      'a.yaml': 'first',
      'dir/b.yaml': 'b',
    });
    url = repository.url;
    first = repository.commit!;
    second = await server.commit(REPO, {
      message: 'Second\n\nwith a body',
      files: { 'a.yaml': 'second' },
      author: { name: 'Ada', email: 'ada@example.com' },
      tags: ['v1.0.0'],
    });
    await server.commit(REPO, {
      message: 'Third',
      files: { 'a.yaml': 'third' },
      tags: ['v1.1.0', 'latest'],
    });
    await server.commit(REPO, {
      message: 'On a branch',
      branch: 'side',
      files: { 'a.yaml': 'side' },
    });
  });

  afterAll(async () => {
    await pool.close();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  interface Options {
    authorization?: string;
    signal?: AbortSignal;
    maxBytes?: number;
  }

  const remote = (
    address = url,
    { maxBytes = 1024 * 1024, ...options }: Options = {},
  ): GitRemote => {
    const signal = options.signal ?? new AbortController().signal;
    return new GitRemote({
      transport: new GitHttp({
        url: address,
        client: pool.open(),
        ...{ ...options, signal },
      }),
      directory: async () => directory,
      limits: { bytes: maxBytes, files: 100 },
      signal,
    });
  };

  const fetch = async (
    ref: GitRepositorySpec['ref'],
    from: GitRemote = remote(),
  ) => {
    const target = await resolveReference(
      ref,
      await from.list(referencePrefixes(ref)),
    );
    const checkout = await from.checkout(target);
    const files: Record<string, string> = {};
    for await (const file of checkout.files()) {
      files[file.path] = Buffer.from(await file.read()).toString();
    }
    await checkout.dispose();
    await from.close();
    return { revision: target.revision, commit: checkout.commit, files };
  };

  it.each<[GitRepositorySpec['ref'], string, () => RegExp]>([
    [{ branch: 'main' }, 'third', () => /^main@sha1:/],
    [{ branch: 'side' }, 'side', () => /^side@sha1:/],
    [{ tag: 'v1.0.0' }, 'second', () => new RegExp(`^v1.0.0@sha1:${second}$`)],
    [{ semver: '~1.0' }, 'second', () => /^v1\.0\.0@sha1:/],
    [{ semver: '1.x' }, 'third', () => /^v1\.1\.0@sha1:/],
    [{ name: 'refs/tags/latest' }, 'third', () => /^refs\/tags\/latest@sha1:/],
  ])('fetches %j', async (ref, content, revision) => {
    const fetched = await fetch(ref);
    expect(fetched.files).toEqual({ 'a.yaml': content, 'dir/b.yaml': 'b' });
    expect(fetched.revision).toMatch(revision());
  });

  it('fetches a commit, alone or within the history of a branch', async () => {
    expect((await fetch({ commit: first, branch: 'main' })).files).toEqual({
      'a.yaml': 'first',
      'dir/b.yaml': 'b',
    });
    const alone = await fetch({ commit: second });
    expect(alone.revision).toBe(`sha1:${second}`);
    expect(alone.commit).toMatchObject({
      oid: second,
      author: 'Ada',
      message: expect.stringMatching(/^Second\n\nwith a body\n?$/),
    });
  });

  it('refuses a commit that is not in the history of its branch', async () => {
    const side = (await server.revision(REPO, 'side'))!;
    await expect(fetch({ commit: side, branch: 'main' })).rejects.toThrow(
      /is not in the history of refs\/heads\/main/,
    );
  });

  it('tells an empty repository from one without the branch', async () => {
    const empty = await server.createRepository('team/empty');
    expect(await remote(empty.url).isEmpty()).toBe(true);
    expect(await remote().isEmpty()).toBe(false);
  });

  it('authenticates with a password or a bearer token', async () => {
    const { url: secured } = await server.createRepository(
      'team/secured',
      { 'a.yaml': 'a' },
      {
        access: {
          basic: { username: 'ada', password: 'secret' },
          bearer: 'token',
        },
      },
    );
    const basic = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    for (const authorization of [basic, 'Bearer token']) {
      const fetched = await fetch(
        { branch: 'main' },
        remote(secured, { authorization }),
      );
      expect(fetched.files).toEqual({ 'a.yaml': 'a' });
    }
    await expect(fetch({ branch: 'main' }, remote(secured))).rejects.toThrow(
      /refused access \(HTTP 401\)/,
    );
  });

  it('gives up when it is told to, and on too much', async () => {
    const controller = new AbortController();
    controller.abort(new Error('claim lost'));
    await expect(
      fetch({ branch: 'main' }, remote(url, { signal: controller.signal })),
    ).rejects.toThrow('claim lost');
    await expect(
      fetch({ branch: 'main' }, remote(url, { maxBytes: 100 })),
    ).rejects.toThrow(/more than the 100 bytes that are allowed/);
  });

  describe('redirects', () => {
    const seen: { url: string; authorization?: string }[] = [];
    let redirecting: http.Server;
    let base: string;
    let location: (path: string) => string;

    beforeEach(async () => {
      seen.length = 0;
      redirecting = http.createServer((req, res) => {
        seen.push({ url: req.url!, authorization: req.headers.authorization });
        res.writeHead(301, { location: location(req.url!) }).end();
      });
      await new Promise<void>(resolve => {
        redirecting.listen(0, '127.0.0.1', resolve);
      });
      base = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
    });

    afterEach(async () => {
      await new Promise(resolve => redirecting.close(resolve));
    });

    it('follows them, and leaves the credential behind', async () => {
      location = from => `${server.url}${from.replace('/old/', '/team/')}`;
      const before = server.requests.length;
      const fetched = await fetch(
        { branch: 'main' },
        remote(`${base}/old/app.git`, { authorization: 'Bearer canary' }),
      );
      expect(fetched.files['a.yaml']).toBe('third');
      expect(seen[0].authorization).toBe('Bearer canary');
      expect(server.requests.slice(before).map(({ status }) => status)).toEqual(
        expect.arrayContaining([200]),
      );
    });

    it.each([
      ['to another scheme', () => 'file:///etc/passwd', /to file:\/\//],
      ['without end', (from: string) => from, /redirected more than 5 times/],
    ])('refuses them %s', async (_, to, message) => {
      location = to;
      await expect(
        fetch({ branch: 'main' }, remote(`${base}/old/app.git`)),
      ).rejects.toThrow(message);
    });
  });
});
