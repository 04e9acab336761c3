// Servers: OpenSSH's sshd on loopback with a real git, which gpg and ssh-keygen
// help to verify signatures; the sandbox's Kubernetes API and Git server.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CommitSpec } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import { gitRepository, readyOf } from '../../__testUtils__/world';
import {
  hasSshd,
  makeKey,
  Sshd,
  startSshd,
} from '../source/git/ssh/__testUtils__/startSshd';
import { canSign } from '../source/git/verify/__testUtils__/SigningRepository';
import {
  AutomationScene,
  automationSpec,
  deployment,
} from './__testUtils__/AutomationScene';

jest.setTimeout(240_000);

const EMAIL = 'flux@example.com';

(canSign && hasSshd ? describe : describe.skip)('automations', () => {
  const init = migratedDatabases();
  let scene: AutomationScene;
  let directory: string;
  let sshd: Sshd | undefined;

  const env = () => ({
    PATH: process.env.PATH ?? '',
    HOME: directory,
    GNUPGHOME: path.join(directory, 'gnupg'),
    LC_ALL: 'C',
  });
  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'gitops-signing-'));
    mkdirSync(path.join(directory, 'gnupg'), { mode: 0o700 });
    scene = await AutomationScene.start(init('SQLITE_3'));
  });
  afterAll(async () => {
    execFileSync('gpgconf', ['--kill', 'all'], { env: env() });
    await scene?.stop();
    await sshd?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (program: string, ...options: string[]) =>
    execFileSync(program, options, {
      env: env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString();

  const secret = (name: string, data: Record<string, string>) =>
    scene.world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'default' },
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => [
          key,
          Buffer.from(value).toString('base64'),
        ]),
      ),
    });

  const sign = async (
    name: string,
    type: 'gpg' | 'ssh' | undefined,
    data: Record<string, string>,
  ) => {
    await scene.repository(name, {
      'app.yaml': deployment(name, `${name}:v1`),
    });
    await scene.chosen(name, { name, tag: 'v2' });
    await secret(name, data);
    const signingKey: CommitSpec['signingKey'] = {
      secretRef: { name },
      ...(type && { type }),
    };
    return scene.run(name, {
      spec: {
        git: {
          ...automationSpec(name).git!,
          commit: { author: { name: 'Flux', email: EMAIL }, signingKey },
        },
      },
    });
  };

  const gpgKey = (user: string, passphrase: string) => {
    const batch = ['--batch', '--pinentry-mode', 'loopback'];
    const unlocked = ['--passphrase', passphrase];
    const options = [...batch, ...unlocked];
    const key = [`${user}@example.com`, 'ed25519', 'sign', 'never'];
    run('gpg', '--quiet', ...options, '--quick-gen-key', ...key);
    return run('gpg', ...options, '--armor', '--export-secret-keys', key[0]);
  };

  it.each([
    ['plain-key', undefined, ''],
    ['locked-key', 'gpg' as const, 'a passphrase'],
  ])(
    'sign with OpenPGP as gpg verifies: %s',
    async (name, type, passphrase) => {
      const key = gpgKey(name, passphrase);
      const automation = await sign(name, type, {
        'git.asc': key,
        ...(passphrase && { passphrase }),
      });
      expect(readyOf(automation)?.status).toBe('True');
      const bare = scene.bare(name);
      const format = '--format=%G? %GS';
      expect(run('git', '-C', bare, 'log', '-1', format, 'main')).toBe(
        `G ${name}@example.com\n`,
      );
    },
  );

  it.each([
    ['ed25519', ['-t', 'ed25519'], ''],
    ['ecdsa', ['-t', 'ecdsa', '-b', '384'], ''],
    ['rsa', ['-t', 'rsa', '-b', '3072'], ''],
    ['locked', ['-t', 'ed25519', '-N', 'a passphrase'], 'a passphrase'],
  ])(
    'sign with SSH as ssh-keygen verifies: %s',
    async (kind, options, password) => {
      const name = `ssh-${kind}`;
      const file = makeKey(directory, name, ...options);
      const automation = await sign(name, 'ssh', {
        identity: readFileSync(file, 'utf8'),
        ...(password && { password }),
      });
      expect(readyOf(automation)?.status).toBe('True');
      const signers = path.join(directory, `${name}.signers`);
      writeFileSync(signers, `${EMAIL} ${readFileSync(`${file}.pub`, 'utf8')}`);
      expect(
        run(
          ...['git', '-C', scene.bare(name)],
          ...['-c', `gpg.ssh.allowedSignersFile=${signers}`],
          ...['log', '-1', '--format=%G? %GS', 'main'],
        ),
      ).toBe(`G ${EMAIL}\n`);
    },
  );

  it.each<[string, 'gpg' | 'ssh', () => Record<string, string>, RegExp]>([
    ['no key', 'gpg', () => ({ other: 'x' }), /has no key 'git\.asc'/],
    [
      'a key that is none',
      'gpg',
      () => ({ 'git.asc': 'x' }),
      /is no armored private key/,
    ],
    [
      'two keys',
      'gpg',
      () => ({ 'git.asc': `${gpgKey('two-a', '')}${gpgKey('two-b', '')}` }),
      /holds several private keys/,
    ],
    [
      'no passphrase',
      'gpg',
      () => ({ 'git.asc': gpgKey('none', 'secret') }),
      /is encrypted; add its passphrase under the key 'passphrase'$/,
    ],
    [
      'another passphrase',
      'gpg',
      () => ({ 'git.asc': gpgKey('wrong', 'secret'), passphrase: 'guess' }),
      /cannot be decrypted/,
    ],
    ['no identity', 'ssh', () => ({ 'git.asc': 'x' }), /has no key 'identity'/],
    [
      'an identity that is none',
      'ssh',
      () => ({ identity: 'x' }),
      /is no private key/,
    ],
    [
      'no password',
      'ssh',
      () => ({
        identity: readFileSync(
          makeKey(directory, 'unsaid', '-t', 'ed25519', '-N', 'secret'),
          'utf8',
        ),
      }),
      /is encrypted; add its passphrase/,
    ],
  ])(
    'say what is wrong with a signing key: %s',
    async (what, type, data, message) => {
      const name = `bad-${what.replaceAll(' ', '-')}`;
      const automation = await sign(name, type, data());
      expect(readyOf(automation)).toMatchObject({
        status: 'False',
        reason: 'SourceManagerFailed',
        message: expect.stringMatching(message),
      });
      expect(JSON.stringify(automation.status)).not.toContain('PRIVATE KEY');
    },
  );

  it('push over ssh', async () => {
    await scene.repository('over-ssh', {
      'app.yaml': deployment('over-ssh', 'over-ssh:v1'),
    });
    const hostKey = makeKey(directory, 'host', '-t', 'ed25519');
    const key = makeKey(directory, 'key', '-t', 'ed25519');
    const line = (file: string) => readFileSync(`${file}.pub`, 'utf8').trim();
    sshd = await startSshd({
      ...{ directory, hostKey },
      hostKeyLine: line(hostKey),
      authorized: [line(key)],
    });
    await secret('over-ssh', {
      identity: readFileSync(key, 'utf8'),
      'identity.pub': line(key),
      known_hosts: sshd.knownHosts,
    });
    const url = `ssh://${sshd.user}@127.0.0.1:${sshd.port}${scene.bare('over-ssh')}`;
    await scene.world.apply(
      gitRepository(
        url,
        { suspend: true, secretRef: { name: 'over-ssh' } },
        'over-ssh',
      ),
    );
    await scene.chosen('over-ssh', { name: 'over-ssh', tag: 'v2' });
    const automation = await scene.run('over-ssh');
    expect(readyOf(automation)).toMatchObject({ status: 'True' });
    expect(scene.read('over-ssh', 'app.yaml')).toContain('over-ssh:v2');
  });
});
