// Server: OpenSSH's sshd on loopback with the repositories of a real git.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import { GitRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { GitRemote } from '../GitRemote';
import { GitTransport } from '../GitTransport';
import { HttpPool } from '../../../../net/HttpPool';
import { NetworkGuard } from '../../../../net/NetworkGuard';
import { openGitTransport } from '../access/openGitTransport';
import { referencePrefixes, resolveReference } from '../resolveReference';
import { hasSshd, makeKey, Sshd, startSshd } from './__testUtils__/startSshd';

jest.setTimeout(120_000);

if (!hasSshd) {
  // eslint-disable-next-line no-console
  console.warn('skipped: OpenSSH (/usr/sbin/sshd, ssh-keygen) is not here');
}
const describeSsh = hasSshd ? describe : describe.skip;

const guard = new NetworkGuard({ allow: ['127.0.0.1'] });
const PASSPHRASE = 'canary-passphrase';

describeSsh('GitSsh against a real sshd', () => {
  let directory: string;
  let git: SandboxGit;
  let plain: Sshd;
  /** Passes GIT_PROTOCOL on, as forges do, so that version 2 is spoken. */
  let modern: Sshd;
  let first: string;
  let big: Buffer;
  const keys: Record<string, string> = {};
  const text = (file: string) => readFileSync(file, 'utf8');
  const publicLine = (file: string) =>
    text(`${file}.pub`).split(' ').slice(0, 2).join(' ');

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'gitops-ssh-'));
    git = await startGitServer({ dataDir: directory });
    first = (
      await git.createRepository('team/app', {
        'a.yaml': 'first',
        'dir/b.yaml': 'b',
      })
    ).commit!;
    await git.commit('team/app', {
      message: 'Second',
      files: { 'a.yaml': 'second' },
      tags: ['v1.0.0'],
    });
    big = randomBytes(6 * 1_024 * 1_024);
    await git.createRepository('team/big', { 'big.bin': big });
    await git.createRepository('team/empty');

    const key = (name: string, ...options: string[]) => {
      keys[name] = makeKey(directory, name, ...options);
    };
    key('host', '-t', 'ed25519');
    key('otherHost', '-t', 'ed25519');
    key('rsaHost', '-t', 'rsa', '-b', '2048');
    key('shortHost', '-t', 'rsa', '-b', '1024');
    key('ed25519', '-t', 'ed25519');
    key('ecdsa256', '-t', 'ecdsa', '-b', '256');
    key('ecdsa521', '-t', 'ecdsa', '-b', '521', '-m', 'PEM');
    key('rsa', '-t', 'rsa', '-b', '2048');
    key('rsaPem', '-t', 'rsa', '-b', '2048', '-m', 'PEM');
    key('rsaPkcs8', '-t', 'rsa', '-b', '2048', '-m', 'PKCS8');
    key('locked', '-t', 'ed25519', '-N', PASSPHRASE);
    key('lockedPem', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', PASSPHRASE);
    key('stranger', '-t', 'ed25519');
    const authorized = Object.keys(keys)
      .filter(name => name !== 'stranger')
      .map(name => publicLine(keys[name]));
    const server = {
      directory,
      hostKey: keys.host,
      hostKeyLine: publicLine(keys.host),
      authorized,
    };
    plain = await startSshd(server);
    modern = await startSshd({ ...server, config: ['AcceptEnv GIT_PROTOCOL'] });
  });

  afterAll(async () => {
    await Promise.all([plain?.stop(), modern?.stop(), git?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  const urlOf = (server: Sshd, name: string) =>
    `ssh://${server.user}@127.0.0.1:${server.port}${directory}/repositories/${name}.git`;

  interface Options {
    server?: Sshd;
    url?: string;
    key?: string;
    password?: string;
    knownHosts?: string;
    signal?: AbortSignal;
    maxBytes?: number;
    onAnswer?: () => void;
  }

  const withRemote = async <T>(
    options: Options,
    use: (remote: GitRemote) => Promise<T>,
  ): Promise<T> => {
    const server = options.server ?? modern;
    const url = options.url ?? urlOf(server, 'team/app');
    const signal = options.signal ?? new AbortController().signal;
    const data = {
      identity: text(keys[options.key ?? 'ed25519']),
      known_hosts: options.knownHosts ?? server.knownHosts,
      password: options.password ?? '',
    };
    const transport = openGitTransport({
      url,
      secret: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'git', namespace: 'team' },
        data: Object.fromEntries(
          Object.entries(data).map(([name, value]) => [
            name,
            Buffer.from(value).toString('base64'),
          ]),
        ),
      },
      ...{ guard, signal },
      connections: new HttpPool({ guard }),
    });
    try {
      return await use(
        new GitRemote({
          directory: async () => directory,
          limits: {
            bytes: options.maxBytes ?? 32 * 1_024 * 1_024,
            files: 100,
          },
          transport: options.onAnswer
            ? watched(transport, options.onAnswer)
            : transport,
          signal,
        }),
      );
    } finally {
      await transport.close();
    }
  };

  const fetch = (options: Options, ref: GitRepositorySpec['ref'] = undefined) =>
    withRemote(options, async remote => {
      const asked = ref ?? { branch: 'main' };
      const target = await resolveReference(
        asked,
        await remote.list(referencePrefixes(asked)),
      );
      const checkout = await remote.checkout(target);
      const files: Record<string, Buffer> = {};
      for await (const file of checkout.files()) {
        files[file.path] = Buffer.from(await file.read());
      }
      await checkout.dispose();
      return { revision: target.revision, files };
    });

  const APP = {
    'a.yaml': Buffer.from('second'),
    'dir/b.yaml': Buffer.from('b'),
  };

  it.each([
    ['ed25519'],
    ['ecdsa256'],
    ['ecdsa521'],
    ['rsa'],
    ['rsaPem'],
    ['rsaPkcs8'],
    ['locked', PASSPHRASE],
    ['lockedPem', PASSPHRASE],
  ])('logs in with the key %s', async (key, password = '') => {
    expect((await fetch({ key, password })).files).toEqual(APP);
  });

  it.each<[string, GitRepositorySpec['ref'], () => string, string]>([
    ['a tag', { tag: 'v1.0.0' }, () => 'v1.0.0@sha1:', 'second'],
    ['a range', { semver: '1.x' }, () => 'v1.0.0@sha1:', 'second'],
    [
      'an older commit of a branch',
      { commit: '', branch: 'main' },
      () => `main@sha1:${first}`,
      'first',
    ],
  ])('fetches %s with both protocols', async (_, ref, revision, content) => {
    const asked = ref?.commit === '' ? { ...ref, commit: first } : ref;
    for (const server of [plain, modern]) {
      const fetched = await fetch({ server }, asked);
      expect(fetched.revision.startsWith(revision())).toBe(true);
      expect(fetched.files['a.yaml'].toString()).toBe(content);
    }
  });

  it('tells an empty repository, with both protocols', async () => {
    for (const server of [plain, modern]) {
      const isEmpty = (name: string) =>
        withRemote({ server, url: urlOf(server, name) }, remote =>
          remote.isEmpty(),
        );
      expect(await isEmpty('team/empty')).toBe(true);
      expect(await isEmpty('team/app')).toBe(false);
    }
  });

  it('fetches some megabytes, and no more than are allowed', async () => {
    const url = urlOf(modern, 'team/big');
    expect((await fetch({ url })).files['big.bin'].equals(big)).toBe(true);
    await expect(fetch({ url, maxBytes: 1_024 * 1_024 })).rejects.toMatchObject(
      {
        code: 'GIT_TOO_LARGE',
        message: expect.stringContaining('more than the 1048576 bytes'),
      },
    );
  });

  it('says that a key is not let in', async () => {
    const failure = fetch({ key: 'stranger' });
    await expect(failure).rejects.toMatchObject({
      code: 'GIT_AUTHENTICATION',
      message: expect.stringMatching(/does not let in user '.+' with the key/),
    });
  });

  it('says what a wrong or missing passphrase is', async () => {
    await expect(fetch({ key: 'locked' })).rejects.toMatchObject({
      code: 'GIT_CREDENTIAL',
      message: expect.stringContaining('is encrypted; add its passphrase'),
    });
    for (const key of ['locked', 'lockedPem']) {
      const failure = await fetch({ key, password: 'canary-wrong' }).catch(
        error => error,
      );
      expect(failure).toMatchObject({ code: 'GIT_CREDENTIAL' });
      expect(failure.message).toContain('cannot be decrypted');
      expect(failure.message).not.toContain('canary');
    }
  });

  describe('of the host', () => {
    const line = (name: string) => publicLine(keys[name]);
    const at = () => `[127.0.0.1]:${modern.port}`;

    it.each<[string, () => string, RegExp]>([
      ['unknown', () => `example.com ${line('host')}`, /does not name/],
      ['known at another port', () => `127.0.0.1 ${line('host')}`, /not name/],
      ['changed', () => `${at()} ${line('otherHost')}`, /differs from those/],
      ['of another kind', () => `${at()} ${line('rsaHost')}`, /differs from/],
      [
        'revoked',
        () => `${modern.knownHosts}\n@revoked * ${line('host')}`,
        /is revoked/,
      ],
      [
        'that an authority signs',
        () => `@cert-authority ${at()} ${line('otherHost')}`,
        /authority .* not supported/,
      ],
    ])('refuses a key %s', async (_, knownHosts, message) => {
      await expect(fetch({ knownHosts: knownHosts() })).rejects.toMatchObject({
        code: 'GIT_HOST_KEY',
        message: expect.stringMatching(message),
      });
    });

    it('needs known_hosts', async () => {
      await expect(fetch({ knownHosts: '' })).rejects.toMatchObject({
        code: 'GIT_CREDENTIAL',
        message: "Secret team/git has no key 'known_hosts', which ssh needs",
      });
    });

    it('takes an RSA key that is long enough and signs with SHA-2', async () => {
      const start = (hostKey: string, ...config: string[]) =>
        startSshd({
          directory,
          hostKey: keys[hostKey],
          hostKeyLine: line(hostKey),
          authorized: [line('ed25519')],
          config,
        });
      const servers = {
        good: await start('rsaHost'),
        sha1: await start('rsaHost', 'HostKeyAlgorithms ssh-rsa'),
        short: await start('shortHost', 'RequiredRSASize 1024'),
      };
      try {
        expect((await fetch({ server: servers.good })).files).toEqual(APP);
        await expect(fetch({ server: servers.sha1 })).rejects.toMatchObject({
          code: 'GIT_UNREACHABLE',
          message: expect.stringContaining('no matching'),
        });
        await expect(fetch({ server: servers.short })).rejects.toMatchObject({
          code: 'GIT_HOST_KEY',
          message: expect.stringContaining('an RSA key of 1024 bits'),
        });
      } finally {
        await Promise.all(Object.values(servers).map(server => server.stop()));
      }
    });
  });

  it('signs nothing with SHA-1 for a server that wants it', async () => {
    const server = await startSshd({
      directory,
      hostKey: keys.host,
      hostKeyLine: publicLine(keys.host),
      authorized: [publicLine(keys.rsa)],
      config: ['PubkeyAcceptedAlgorithms ssh-rsa', 'RequiredRSASize 1024'],
    });
    try {
      await expect(fetch({ server, key: 'rsa' })).rejects.toMatchObject({
        code: 'GIT_AUTHENTICATION',
      });
    } finally {
      await server.stop();
    }
  });

  it.each([
    ['that is not there', '/none/such.git', 'GIT_NOT_FOUND'],
    [
      "with ' and ; in it",
      "/it's;touch%20canary/$(id)`id`!.git",
      'GIT_NOT_FOUND',
    ],
    ['below a home', '/~/canary-none.git', 'GIT_NOT_FOUND'],
  ])('quotes a path %s', async (_, wanted, code) => {
    const url = `ssh://${modern.user}@127.0.0.1:${modern.port}${wanted}`;
    const failure = await fetch({ url }).catch(error => error);
    expect(failure).toMatchObject({ code });
    expect(failure.message).toContain('does not appear to be a git repository');
    expect(failure.message).not.toContain('uid=');
  });

  it('finds a repository whose path a shell would take apart', async () => {
    const name = "team/it's !a $(b)";
    const target = path.join(directory, 'repositories', `${name}.git`);
    execFileSync('git', [
      'clone',
      '-q',
      '--bare',
      path.join(directory, 'repositories', 'team/app.git'),
      target,
    ]);
    expect((await fetch({ url: urlOf(modern, name) })).files).toEqual(APP);
  });

  it('gives up when it is told to, before and in the middle', async () => {
    const before = AbortSignal.abort(new Error('claim lost'));
    await expect(fetch({ signal: before })).rejects.toThrow('claim lost');

    // Something that takes connections and never says a word.
    const sockets: Socket[] = [];
    const controller = new AbortController();
    const silent = createServer(socket => {
      sockets.push(socket);
      controller.abort(new Error('claim lost'));
    });
    await new Promise<void>(resolve => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const { port } = silent.address() as AddressInfo;
    try {
      await expect(
        fetch({
          url: `ssh://git@127.0.0.1:${port}/x.git`,
          signal: controller.signal,
        }),
      ).rejects.toThrow('claim lost');
    } finally {
      sockets.forEach(socket => socket.destroy());
      await new Promise(resolve => silent.close(resolve));
    }
  });

  it('is cut short while a pack comes', async () => {
    const controller = new AbortController();
    // Without version 2, only the pack comes as an answer.
    const server = plain;
    const failure = fetch({
      server,
      url: urlOf(server, 'team/big'),
      signal: controller.signal,
      onAnswer: () => controller.abort(new Error('claim lost')),
    });
    await expect(failure).rejects.toThrow('claim lost');
  });

  it('says that nobody listens', async () => {
    const url = 'ssh://git@127.0.0.1:1/x.git';
    await expect(fetch({ url })).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

/** Calls back when an answer to a request begins. */
function watched(transport: GitTransport, onAnswer: () => void): GitTransport {
  return {
    address: transport.address,
    advertise: maxBytes => transport.advertise(maxBytes),
    close: () => transport.close(),
    request: async (body, options) => {
      const reader = await transport.request(body, options);
      onAnswer();
      return reader;
    },
  };
}
