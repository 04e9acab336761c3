import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  certificate: string;
  privateKey: string;
}

/** What the sandbox's API identifies itself and its admin with. */
export interface Certificates {
  ca: KeyPair;
  server: KeyPair;
  /** Client certificate of `kubernetes-admin` in group `system:masters`. */
  admin: KeyPair;
}

const ALGORITHM = {
  name: 'ECDSA',
  namedCurve: 'P-256',
  hash: 'SHA-256',
} as const;
const TEN_YEARS = 10 * 365 * 24 * 3600 * 1000;

/**
 * Reads the sandbox's certificates below a directory, or makes them: a CA of
 * its own, a server certificate for loopback names, an admin's client
 * certificate.
 */
export async function loadCertificates(
  directory: string,
): Promise<Certificates> {
  const names = ['ca', 'server', 'admin'] as const;
  const complete = names.every(
    name =>
      fs.existsSync(path.join(directory, `${name}.crt`)) &&
      fs.existsSync(path.join(directory, `${name}.key`)),
  );
  if (complete) {
    const [ca, server, admin] = names.map(name => read(directory, name));
    return { ca, server, admin };
  }
  const made = await createCertificates();
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of names) write(directory, name, made[name]);
  return made;
}

function read(directory: string, name: string): KeyPair {
  return {
    certificate: fs.readFileSync(path.join(directory, `${name}.crt`), 'utf8'),
    privateKey: fs.readFileSync(path.join(directory, `${name}.key`), 'utf8'),
  };
}

function write(directory: string, name: string, pair: KeyPair): void {
  fs.writeFileSync(path.join(directory, `${name}.crt`), pair.certificate);
  fs.writeFileSync(path.join(directory, `${name}.key`), pair.privateKey, {
    mode: 0o600,
  });
}

/** Makes certificates that are kept nowhere. */
export async function createCertificates(): Promise<Certificates> {
  const crypto = webcrypto as unknown as Crypto;
  x509.cryptoProvider.set(crypto);
  const generate = () =>
    crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const validity = {
    notBefore: new Date(Date.now() - 3600_000),
    notAfter: new Date(Date.now() + TEN_YEARS),
  };
  const [caKeys, serverKeys, adminKeys] = await Promise.all([
    generate(),
    generate(),
    generate(),
  ]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: '01',
    name: 'CN=gitops-sandbox-ca',
    signingAlgorithm: ALGORITHM,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign |
          x509.KeyUsageFlags.cRLSign |
          x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const issue = (
    serialNumber: string,
    subject: string,
    keys: CryptoKeyPair,
    extensions: x509.Extension[],
  ) =>
    x509.X509CertificateGenerator.create({
      ...validity,
      serialNumber,
      subject,
      issuer: ca.subject,
      signingAlgorithm: ALGORITHM,
      signingKey: caKeys.privateKey,
      publicKey: keys.publicKey,
      extensions,
    });
  const server = await issue('02', 'CN=gitops-sandbox', serverKeys, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'dns', value: 'kubernetes.default.svc' },
      { type: 'ip', value: '127.0.0.1' },
      { type: 'ip', value: '::1' },
    ]),
  ]);
  const admin = await issue(
    '03',
    'O=system:masters, CN=kubernetes-admin',
    adminKeys,
    [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  );
  const pair = async (
    certificate: x509.X509Certificate,
    keys: CryptoKeyPair,
  ): Promise<KeyPair> => ({
    certificate: `${certificate.toString('pem')}\n`,
    privateKey: pem(
      'PRIVATE KEY',
      await crypto.subtle.exportKey('pkcs8', keys.privateKey),
    ),
  });
  return {
    ca: await pair(ca, caKeys),
    server: await pair(server, serverKeys),
    admin: await pair(admin, adminKeys),
  };
}

function pem(label: string, data: ArrayBuffer): string {
  const body = Buffer.from(data)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}
