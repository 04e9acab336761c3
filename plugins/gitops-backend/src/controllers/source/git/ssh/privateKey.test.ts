// Server: none; keys of node:crypto.
import { generateKeyPairSync } from 'node:crypto';
import { utils } from 'ssh2';
import { GitCredentialError } from '../access/GitCredentialError';
import { readPrivateKey } from './privateKey';
import { rsaBits, sshStrings } from './sshWire';

const read = (text: string, passphrase?: string) =>
  readPrivateKey(text, { where: "'identity'", passphrase });

const rsa = (bits: number) =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey;

describe('readPrivateKey', () => {
  it('reads PKCS#8 of each kind', () => {
    const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
    const ed = generateKeyPairSync('ed25519');
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const edKey = read(ed.privateKey.export(pkcs8).toString());
    expect(edKey.type).toBe('ssh-ed25519');
    expect(edKey.getPublicSSH().subarray(-32).toString('base64url')).toBe(
      ed.publicKey.export({ format: 'jwk' }).x,
    );
    const signed = edKey.sign('data');
    expect(edKey.verify('data', signed)).toBe(true);
    expect(read(ec.privateKey.export(pkcs8).toString()).type).toBe(
      'ecdsa-sha2-nistp384',
    );
  });

  it('reads a key with line ends of Windows', () => {
    expect(read(rsa(2_048).replaceAll('\n', '\r\n')).type).toBe('ssh-rsa');
  });

  it('signs with SHA-2 only', () => {
    const key = read(rsa(2_048));
    expect(rsaBits(key.getPublicSSH())).toBe(2_048);
    expect(Buffer.isBuffer(key.sign('data', 'sha256'))).toBe(true);
    expect(Buffer.isBuffer(key.sign('data', 'sha1'))).toBe(false);
    expect(Buffer.isBuffer(key.sign('data'))).toBe(false);
  });

  it('is not held up by a key with very many rounds', () => {
    const rounds = Buffer.from([0xff, 0xff, 0xff, 0xff]);
    const body = Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      sshStrings(
        'aes256-ctr',
        'bcrypt',
        Buffer.concat([sshStrings(Buffer.alloc(16, 1)), rounds]),
      ),
      Buffer.from([0, 0, 0, 1]),
      sshStrings('', Buffer.alloc(64)),
    ]);
    const pem = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
    expect(() => read(pem, 'passphrase')).toThrow('4294967295 rounds');
  });

  const pkcs8 = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: {
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'canary',
    },
  }).privateKey;
  const { privateKey: x25519 } = generateKeyPairSync('x25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  it.each([
    ['', 'no private key'],
    ['canary', 'no private key'],
    [utils.generateKeyPairSync('ed25519').public, 'no private key'],
    ['PuTTY-User-Key-File-2: ssh-rsa\ncanary', 'no private key'],
    ['-----BEGIN RSA PRIVATE KEY-----\ncanary', 'is damaged'],
    [
      '-----BEGIN OPENSSH PRIVATE KEY-----\nY2FuYXJ5\n-----END OPENSSH PRIVATE KEY-----',
      'passphrase',
    ],
    [
      '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----',
      'damaged',
    ],
    [x25519, 'damaged'],
    [pkcs8, 'encrypted as PKCS#8'],
    [rsa(1_024), 'an RSA key of 1024 bits'],
    [`-----BEGIN ${'A'.repeat(70_000)}`, 'longer than'],
  ])('refuses %.60j', (text, message) => {
    expect(() => read(text)).toThrow(GitCredentialError);
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).not.toThrow('canary');
  });
});
