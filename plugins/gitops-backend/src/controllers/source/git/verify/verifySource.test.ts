// Servers: the sandbox's Git server (git http-backend). Signatures are made by
// git with gpg and ssh-keygen.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import { GitRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { TestFetches } from '../__testUtils__/fetchContext';
import {
  canSign,
  SigningKey,
  SigningRepository,
} from './__testUtils__/SigningRepository';

jest.setTimeout(120_000);

if (!canSign) {
  // eslint-disable-next-line no-console
  console.warn('skipped: git, gpg or ssh-keygen is not here');
}
const describeSigning = canSign ? describe : describe.skip;

type Mode = NonNullable<GitRepositorySpec['verify']>['mode'];

describeSigning('spec.verify', () => {
  let directory: string;
  let server: SandboxGit;
  let repository: SigningRepository;
  let fetches: TestFetches;
  let url: string;
  const commits: Record<string, string> = {};
  const tags: Record<string, string> = {};
  const keys: Record<string, SigningKey> = {};

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'gitops-sign-'));
    server = await startGitServer({ dataDir: directory });
    url = (await server.createRepository('team/signed')).url;
    fetches = await TestFetches.create();
    repository = new SigningRepository(directory);
    keys.gpg = repository.gpgKey('ada');
    keys.gpgRsa = repository.gpgKey('rita', 'rsa2048');
    keys.gpgOther = repository.gpgKey('eve');
    keys.ed25519 = repository.sshKey('ed25519', '-t', 'ed25519');
    keys.rsa = repository.sshKey('rsa', '-t', 'rsa', '-b', '2048');
    keys.p256 = repository.sshKey('p256', '-t', 'ecdsa', '-b', '256');
    keys.p521 = repository.sshKey('p521', '-t', 'ecdsa', '-b', '521');
    keys.sshOther = repository.sshKey('other', '-t', 'ed25519');
    for (const name of ['gpg', 'gpgRsa', 'ed25519', 'rsa', 'p256', 'p521']) {
      commits[name] = repository.commit(name, keys[name]);
      tags[name] = repository.tag(`v-${name}`, keys[name]);
    }
    commits.plain = repository.commit('plain');
    repository.tag('light', undefined, false);
    tags.annotated = repository.tag('annotated');
    tags.signed = repository.tag('1.0.0', keys.ed25519);
    repository.push(path.join(directory, 'repositories/team/signed.git'));

    const data = (...names: string[]) =>
      Object.fromEntries(
        names.map(name => [
          `${name}.${name.startsWith('gpg') ? 'asc' : 'sshpub'}`,
          keys[name].publicKey,
        ]),
      );
    fetches.addSecret('all', {
      ...data('gpgOther', 'gpg', 'gpgRsa'),
      ...data('sshOther', 'ed25519', 'rsa', 'p256', 'p521'),
    });
    fetches.addSecret('strangers', data('gpgOther', 'sshOther'));
    fetches.addSecret('gpg', { trusted: keys.gpg.publicKey });
    fetches.addSecret('ssh', {
      'team.sshpub': `# who may sign\n\nada@example.com ${keys.ed25519.publicKey}`,
    });
    fetches.addSecret('broken', {
      'a.asc': 'canary',
      'a.sshpub': 'ssh-ed25519 canary',
    });
  });

  afterAll(async () => {
    repository?.stop();
    await fetches?.stop();
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const verify = async (
    ref: GitRepositorySpec['ref'],
    mode: Mode,
    secret = 'all',
  ) => {
    await fetches.fetch({
      ...{ url, ref },
      verify: { mode, secretRef: { name: secret } },
    });
    return fetches.verified.at(-1);
  };

  it.each(['gpg', 'gpgRsa', 'ed25519', 'rsa', 'p256', 'p521'])(
    'takes commits and tags that are signed with %s',
    async name => {
      const key = name.startsWith('gpg')
        ? '[0-9A-F]{16}'
        : 'SHA256:[A-Za-z0-9+/]{43}';
      const commit = `\\t- commit '${commits[name]}' with key '${key}'`;
      const tag = `\\t- tag 'v-${name}@${tags[name]}' with key '${key}'`;
      const matches = (...lines: string[]) =>
        expect.stringMatching(
          new RegExp(`^${['verified signature of', ...lines].join('\\n')}$`),
        );
      const ref = { tag: `v-${name}` };
      expect(await verify({ branch: name }, undefined)).toEqual(
        matches(commit),
      );
      expect(await verify(ref, 'head')).toEqual(matches(commit));
      expect(await verify(ref, 'Tag')).toEqual(matches(tag));
      expect(await verify(ref, 'TagAndHEAD')).toEqual(matches(tag, commit));
    },
  );

  it('takes keys under any other name for those of OpenPGP', async () => {
    expect(await verify({ branch: 'gpg' }, 'HEAD', 'gpg')).toContain('commit');
  });

  it('takes lines with a name before the key, and comments', async () => {
    expect(await verify({ branch: 'ed25519' }, 'HEAD', 'ssh')).toContain(
      'commit',
    );
  });

  it('takes tags that a range or a full name leads to', async () => {
    for (const ref of [
      { semver: '1.x' },
      { name: 'refs/tags/1.0.0' },
      { name: 'refs/tags/1.0.0^{}' },
    ]) {
      expect(await verify(ref, 'Tag')).toContain(`1.0.0@${tags.signed}`);
    }
  });

  it.each<[string, GitRepositorySpec['ref'], Mode, string, object]>([
    [
      'a commit without a signature',
      { branch: 'plain' },
      'HEAD',
      'all',
      {
        reason: 'InvalidCommitSignature',
        message: expect.stringMatching(
          /^signature verification of commit '[0-9a-f]{40}' failed: unsupported signature type: empty$/,
        ),
      },
    ],
    [
      'a commit by a stranger (OpenPGP)',
      { branch: 'gpg' },
      'HEAD',
      'strangers',
      {
        reason: 'InvalidCommitSignature',
        message: expect.stringContaining('any of the given key rings'),
      },
    ],
    [
      'a commit by a stranger (SSH)',
      { branch: 'ed25519' },
      'HEAD',
      'strangers',
      {
        reason: 'InvalidCommitSignature',
        message: expect.stringContaining('any of the given authorized keys'),
      },
    ],
    [
      'a tag by a stranger',
      { tag: 'v-p256' },
      'TagAndHEAD',
      'strangers',
      {
        reason: 'InvalidTagSignature',
        message: expect.stringMatching(
          /^signature verification of tag 'v-p256@[0-9a-f]{40}' failed: /,
        ),
      },
    ],
    [
      'a signed tag of a commit that is not',
      { tag: '1.0.0' },
      'TagAndHEAD',
      'all',
      { reason: 'InvalidCommitSignature' },
    ],
    [
      'a tag that is only a name',
      { tag: 'light' },
      'Tag',
      'all',
      {
        reason: 'InvalidGitObject',
        message:
          "cannot verify signature of tag 'light' since it is not signed",
      },
    ],
    [
      'a tag without a signature',
      { tag: 'annotated' },
      'Tag',
      'all',
      { reason: 'InvalidGitObject' },
    ],
    [
      'a branch where a tag is wanted',
      { branch: 'gpg' },
      'Tag',
      'all',
      {
        reason: 'InvalidVerificationMode',
        retry: 'stall',
        message:
          "cannot verify tag object's signature if a tag reference is not specified",
      },
    ],
    [
      'no Secret',
      { branch: 'gpg' },
      'HEAD',
      'none',
      {
        reason: 'VerificationError',
        message: 'public keys secret error: Secret team/none not found',
      },
    ],
    [
      'no key of SSH',
      { branch: 'rsa' },
      'HEAD',
      'gpg',
      { message: expect.stringContaining('no SSH public keys found') },
    ],
    [
      'no key of OpenPGP',
      { branch: 'gpg' },
      'HEAD',
      'ssh',
      { message: expect.stringContaining('no PGP public keys found') },
    ],
    [
      'keys that cannot be read (OpenPGP)',
      { branch: 'gpg' },
      'HEAD',
      'broken',
      { message: expect.stringContaining('none of the key rings can be read') },
    ],
    [
      'keys that cannot be read (SSH)',
      { branch: 'ed25519' },
      'HEAD',
      'broken',
      { message: expect.stringContaining('line 1 holds no key') },
    ],
  ])('refuses %s', async (_, ref, mode, secret, expected) => {
    const before = fetches.verified.length;
    const failure = await verify(ref, mode, secret).catch(error => error);
    expect(failure).toMatchObject({
      condition: 'SourceVerified',
      retry: 'backoff',
      ...expected,
    });
    expect(failure.message).not.toContain('canary');
    expect(fetches.verified).toHaveLength(before);
  });

  it('verifies nothing where nothing is wanted', async () => {
    await fetches.fetch({ url, ref: { branch: 'plain' } });
    expect(fetches.verified.at(-1)).toBe(false);
  });

  it('verifies again what is stored, where that was not verified so', async () => {
    const spec = { url, ref: { branch: 'gpg' } };
    const artifact = {
      revision: `gpg@sha1:${commits.gpg}`,
      ...{ path: '', url: '', digest: 'sha256:0', lastUpdateTime: '' },
    };
    const verified = { verify: { secretRef: { name: 'all' } }, ...spec };
    const fetched = async (
      status: object,
      conditionStatus: 'True' | undefined,
    ) => {
      const before = fetches.verified.length;
      const context = fetches.context(verified);
      const { files } = await fetches.fetch(verified, {
        artifact,
        object: { ...context.object, status },
        conditionStatus: () => conditionStatus,
      });
      // Its artifact is there already.
      expect(files).toEqual({});
      return fetches.verified.length - before;
    };
    expect(await fetched({}, undefined)).toBe(1);
    expect(await fetched({ sourceVerificationMode: 'HEAD' }, undefined)).toBe(
      1,
    );
    expect(await fetched({ sourceVerificationMode: 'HEAD' }, 'True')).toBe(0);
  });
});
