// Server: none; hashed names are those of a real ssh-keygen where it is here.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GitCredentialError } from '../access/GitCredentialError';
import { fingerprintOf, KnownHosts } from './KnownHosts';
import { sshStrings } from './sshWire';

const keyOf = (letter: string) =>
  sshStrings('ssh-ed25519', Buffer.alloc(32, letter));
const A = keyOf('a');
const B = keyOf('b');
const lineOf = (key: Buffer) => `ssh-ed25519 ${key.toString('base64')}`;
const parse = (text: string) => KnownHosts.parse(text, 'known_hosts');

describe('KnownHosts', () => {
  it.each([
    ['git.test', 'git.test', 22, true],
    ['GIT.test', 'git.TEST', 22, true],
    ['git.test', 'git.test', 2222, false],
    ['[git.test]:2222', 'git.test', 2222, true],
    ['[git.test]:2222', 'git.test', 22, false],
    ['[git.test]:22', 'git.test', 22, true],
    ['[git.test]', 'git.test', 22, true],
    ['[2001:db8::1]:2222', '2001:db8::1', 2222, true],
    ['2001:db8::1', '2001:db8::1', 22, true],
    ['other,git.test', 'git.test', 22, true],
    ['*.test', 'git.test', 22, true],
    ['*.test', 'test', 22, false],
    ['g?t.test', 'git.test', 22, true],
    ['g?.test', 'git.test', 22, false],
    ['*,!git.test', 'git.test', 22, false],
    ['*,!git.test', 'hub.test', 22, true],
    ['!git.test', 'hub.test', 22, false],
    ['[*.test]:2222', 'git.test', 2222, true],
    ['git.tes', 'git.test', 22, false],
    ['git_test', 'git.test', 22, false],
  ])('%s names %s at %d: %s', (names, host, port, named) => {
    const known = parse(`${names} ${lineOf(A)} a comment`);
    expect(known.check({ host, port }, A)).toBe(named ? 'known' : 'unknown');
  });

  it('knows hashed names', () => {
    const hashed = (name: string) => {
      const salt = Buffer.alloc(20, name);
      const hash = createHmac('sha1', salt).update(name).digest('base64');
      return `|1|${salt.toString('base64')}|${hash}`;
    };
    const known = parse(
      `${hashed('git.test')} ${lineOf(A)}\n${hashed('[git.test]:2222')} ${lineOf(B)}`,
    );
    expect(known.check({ host: 'Git.Test', port: 22 }, A)).toBe('known');
    expect(known.check({ host: 'git.test', port: 2222 }, B)).toBe('known');
    expect(known.check({ host: 'git.test', port: 2222 }, A)).toBe('changed');
    expect(known.check({ host: 'hub.test', port: 22 }, A)).toBe('unknown');
  });

  it('tells changed, revoked and signed keys apart', () => {
    const name = { host: 'git.test', port: 22 };
    const known = parse(`git.test ${lineOf(A)}`);
    expect(known.check(name, B)).toBe('changed');
    expect(known.keyTypes(name)).toEqual(['ssh-ed25519']);
    expect(known.keyTypes({ ...name, port: 23 })).toEqual([]);
    const revoked = parse(
      `# a comment\n\ngit.test ${lineOf(A)}\r\n@revoked other.test ${lineOf(A)}`,
    );
    expect(revoked.check(name, A)).toBe('revoked');
    const signed = parse(`@cert-authority *.test ${lineOf(A)}`);
    expect(signed.check(name, A)).toBe('authority');
    expect(signed.check({ host: 'else', port: 22 }, A)).toBe('unknown');
  });

  it.each([
    ['', 'known_hosts names no host'],
    ['# only this\n\n', 'known_hosts names no host'],
    ['git.test', 'line 1: it needs host names'],
    ['git.test ssh-ed25519', 'line 1: it needs host names'],
    ['\ngit.test ssh-ed25519 canary!', 'line 2: the key is not what'],
    [`git.test ssh-rsa ${A.toString('base64')}`, 'the key is not what'],
    ['git.test 1024 35 1234567', 'the key is not what'],
    [`@else git.test ${lineOf(A)}`, 'the marker is neither'],
    [`|1|canary| ${lineOf(A)}`, 'is not of the form |1|salt|hash'],
    [`|2|a|b ${lineOf(A)}`, 'is not of the form |1|salt|hash'],
    [`[git.test:22 ${lineOf(A)}`, 'not of the form [host]:port'],
    [`a,,b ${lineOf(A)}`, 'a host name is empty'],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(GitCredentialError);
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).not.toThrow('canary');
  });

  it('is not held up by patterns', () => {
    const known = parse(`${'*a'.repeat(5_000)} ${lineOf(A)}`);
    const host = `${'a'.repeat(250)}b`;
    expect(known.check({ host, port: 22 }, A)).toBe('unknown');
  });

  it('shows fingerprints as ssh-keygen does', () => {
    expect(fingerprintOf(A)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
const describeKeygen = hasKeygen ? describe : describe.skip;

describeKeygen('KnownHosts and a real ssh-keygen', () => {
  it('reads names that ssh-keygen -H has hashed', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'gitops-known-'));
    try {
      const file = path.join(directory, 'known_hosts');
      writeFileSync(
        file,
        `git.test ${lineOf(A)}\n[hub.test]:99 ${lineOf(B)}\n`,
      );
      execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
      const text = readFileSync(file, 'utf8');
      expect(text).not.toContain('git.test');
      const known = parse(text);
      expect(known.check({ host: 'git.test', port: 22 }, A)).toBe('known');
      expect(known.check({ host: 'hub.test', port: 99 }, B)).toBe('known');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
