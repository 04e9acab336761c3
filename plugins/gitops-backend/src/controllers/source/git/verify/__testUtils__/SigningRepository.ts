import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Whether what makes signatures is on this machine. */
export const canSign = ['git', 'gpg', 'ssh-keygen'].every(
  program =>
    spawnSync(program, [program === 'ssh-keygen' ? '-?' : '--version'])
      .error === undefined,
);

/** A key pair; `sign` are the options by which git signs with it. */
export interface SigningKey {
  publicKey: string;
  sign: string[];
}

/** A work tree whose commits and tags git signs, with gpg and ssh-keygen. */
export class SigningRepository {
  private readonly work: string;
  private readonly env: Record<string, string>;

  constructor(private readonly directory: string) {
    const gnupg = path.join(directory, 'gnupg');
    this.work = path.join(directory, 'work');
    mkdirSync(gnupg, { mode: 0o700 });
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: directory,
      GNUPGHOME: gnupg,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
      LC_ALL: 'C',
    };
    this.run('git', 'init', '-q', '-b', 'main', this.work);
  }

  /** The keys of gpg are held by an agent. */
  stop(): void {
    spawnSync('gpgconf', ['--kill', 'all'], { env: this.env });
  }

  gpgKey(user: string, algorithm = 'ed25519', expires = 'never'): SigningKey {
    const batch = [
      '--batch',
      '--pinentry-mode',
      'loopback',
      '--passphrase',
      '',
    ];
    const email = `${user}@example.com`;
    this.run(
      ...['gpg', '--quiet', ...batch],
      ...['--quick-gen-key', email, algorithm, 'sign', expires],
    );
    const id = /^fpr:+([0-9A-F]+):/m.exec(
      this.run('gpg', '--with-colons', '--list-keys', email),
    )![1];
    return {
      publicKey: this.run('gpg', '--armor', '--export', email),
      sign: ['-c', 'gpg.program=gpg', '-c', `user.signingkey=${id}`],
    };
  }

  sshKey(name: string, ...options: string[]): SigningKey {
    const file = path.join(this.directory, name);
    this.run('ssh-keygen', '-q', '-N', '', '-C', name, '-f', file, ...options);
    return {
      publicKey: readFileSync(`${file}.pub`, 'utf8'),
      sign: ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${file}.pub`],
    };
  }

  /** Commits on a branch of its own, and gives the commit. */
  commit(branch: string, key?: SigningKey): string {
    this.git('checkout', '-q', '--orphan', branch);
    writeFileSync(path.join(this.work, 'a.yaml'), branch);
    this.git('add', '.');
    this.git(
      ...(key?.sign ?? []),
      ...['commit', '-q', '-m', `On ${branch}`, ...(key ? ['-S'] : [])],
    );
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** Tags the present commit, and gives the tag object. */
  tag(name: string, key?: SigningKey, annotated = true): string {
    const options = annotated ? ['-m', name, key ? '-s' : '-a'] : [];
    this.git(...(key?.sign ?? []), 'tag', ...options, name);
    return this.git('rev-parse', name).trim();
  }

  /** To a directory: the server of a test runs in this process, which waits. */
  push(gitDir: string): void {
    this.git('push', '-q', '--force', '--all', gitDir);
    this.git('push', '-q', '--force', '--tags', gitDir);
  }

  git(...options: string[]): string {
    return this.run('git', '-C', this.work, ...options);
  }

  private run(program: string, ...options: string[]): string {
    return execFileSync(program, options, {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString();
  }
}
