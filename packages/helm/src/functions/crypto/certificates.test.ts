import { createPrivateKey, X509Certificate } from 'node:crypto';
import { GoFunction, goInt, GoStruct } from '@backstage-gitops/go-template';
import { createCryptoFunctions } from './index';

// Keys of RSA and DSA take as long as chance has it.
jest.setTimeout(120_000);

// Go's crypto/x509 made these certificates, from this key (its seed is 32
// times the byte 7), this time and this serial number.
const SEED = Buffer.alloc(32, 7);
const NOW = Date.UTC(2026, 10, 22, 1, 2, 3, 456);
const SERIAL = Uint8Array.from({ length: 16 }, (_, index) => 0xf0 + index);
const CA =
  'MIIBQTCB9KADAgECAhEA8PHy8/T19vf4+fr7/P3+/zAFBgMrZXAwEDEOMAwGA1UEAxMFbX' +
  'ktY2EwIBcNMjYxMTIyMDEwMjAzWhgPMjEyNjEwMjkwMTAyMDNaMBAxDjAMBgNVBAMTBW15' +
  'LWNhMCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iyjYTBfMA' +
  '4GA1UdDwEB/wQEAwICpDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwDwYDVR0T' +
  'AQH/BAUwAwEB/zAdBgNVHQ4EFgQU/oEsEvOrTOasXbaaw1L5BssbEe8wBQYDK2VwA0EA3l' +
  'sG/5njidIJKiDHOSlhL2VrE5Dsq1KytQpYSDBhAtneMeKEMEBdOrOtqmCaH6Bf+zGvWfz6' +
  '4iDN7rKq0NcpDw==';
const SELF_SIGNED =
  'MIIBKjCB3aADAgECAhEA8PHy8/T19vf4+fr7/P3+/zAFBgMrZXAwADAeFw0yNjExMjIwMT' +
  'AyMDNaFw0yNjEyMjIwMTAyMDNaMAAwKjAFBgMrZXADIQDqSmxj4pxSCr71UHsTLsX5lUd2' +
  'rr6+e5JCHuppFEbSLKNsMGowDgYDVR0PAQH/BAQDAgWgMB0GA1UdJQQWMBQGCCsGAQUFBw' +
  'MBBggrBgEFBQcDAjAMBgNVHRMBAf8EAjAAMCsGA1UdEQEB/wQhMB+CBSouYS5ihwQBAgME' +
  'hxAgAQ24AAAAAAAAAAAAAAABMAUGAytlcANBAKxAeHcVCATiQnqpSNNotR5eHuA9iSxvm6' +
  'YnmMHGGdc4F9WNLkqQ9tuxy4oQuDcCmRsPP/gtRqheLbW7WtnDYQw=';
const SIGNED =
  'MIIBSzCB/qADAgECAhEA8PHy8/T19vf4+fr7/P3+/zAFBgMrZXAwEDEOMAwGA1UEAxMFbX' +
  'ktY2EwHhcNMjYxMTIyMDEwMjAzWhcNMjYxMTIzMDEwMjAzWjAPMQ0wCwYDVQQDDATDqSAq' +
  'MCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iyjbjBsMA4GA1' +
  'UdDwEB/wQEAwIFoDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwDAYDVR0TAQH/' +
  'BAIwADAfBgNVHSMEGDAWgBT+gSwS86tM5qxdtprDUvkGyxsR7zAMBgNVHREEBTADggFhMA' +
  'UGAytlcANBAMeeyy12VXx8ynV2XA5a4Mns5juRB7tL+j2/lzmvEiojw7C2K1mq2GJjiHgo' +
  '4c1LwUx3UB2UwSvWTSesgQmqtAw=';

const functions = createCryptoFunctions({
  now: () => NOW,
  randomBytes: () => SERIAL,
});

function call(name: string, ...args: unknown[]): GoStruct {
  return (functions.get(name) as GoFunction).call(...args) as GoStruct;
}

const key = String(
  createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      SEED,
    ]),
    format: 'der',
    type: 'pkcs8',
  }).export({ format: 'pem', type: 'pkcs8' }),
);

function body(certificate: GoStruct): string {
  return String(certificate.fields.Cert).replace(/-----.*-----|\n/g, '');
}

describe('certificates', () => {
  const ca = call('genCAWithKey', 'my-ca', goInt(36500), key);

  it('are those of Go', () => {
    expect(body(ca)).toBe(CA);
    const ips = ['1.2.3.4', '2001:db8::1'];
    const names = ['*.a.b'];
    expect(
      body(call('genSelfSignedCertWithKey', '', ips, names, goInt(30), key)),
    ).toBe(SELF_SIGNED);
    expect(
      body(call('genSignedCertWithKey', 'é *', null, ['a'], goInt(1), ca, key)),
    ).toBe(SIGNED);
  });

  it('keep their key', () => {
    expect(ca.fields.Key).toBe(key);
    expect(ca.type.name).toBe('sprig.certificate');
    expect(
      call(
        'buildCustomCert',
        Buffer.from(String(ca.fields.Cert)).toString('base64'),
        Buffer.from(key).toString('base64'),
      ).fields,
    ).toEqual(ca.fields);
  });

  it('are signed with RSA where no key is given', () => {
    const own = call('genCA', 'own', goInt(1));
    const leaf = call('genSignedCert', 'leaf', ['::1'], ['l'], goInt(1), own);
    const issuer = new X509Certificate(String(own.fields.Cert));
    const certificate = new X509Certificate(String(leaf.fields.Cert));
    expect(certificate.checkIssued(issuer)).toBe(true);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.subjectAltName).toBe(
      'DNS:l, IP Address:0:0:0:0:0:0:0:1',
    );
    expect([issuer.ca, certificate.ca]).toEqual([true, false]);
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(
      2048,
    );
    const leafKey = createPrivateKey(String(leaf.fields.Key));
    expect(certificate.checkPrivateKey(leafKey)).toBe(true);
  });

  it.each([
    [['x'], null, 'error parsing ip: x'],
    [['fe80::1%eth0'], null, 'error parsing ip: fe80::1%eth0'],
    [[null], null, 'error parsing ip: <nil> is not a string'],
    [null, [5], 'error processing alternate dns name: 5 is not a string'],
    [
      null,
      ['é'],
      'error creating certificate: x509: "é" cannot be encoded as an IA5String',
    ],
  ])('refuse %j and %j', (ips, names, message) => {
    expect(() =>
      call('genSelfSignedCertWithKey', 'x', ips, names, goInt(1), key),
    ).toThrow(message);
  });

  it('refuse a key that is not that of the CA', () => {
    const other = String(call('genPrivateKey', 'ecdsa'));
    const mixed = new GoStruct(ca.type, { ...ca.fields, Key: other });
    expect(() =>
      call('genSignedCertWithKey', 'x', null, null, goInt(1), mixed, key),
    ).toThrow("x509: provided PrivateKey doesn't match parent's PublicKey");
  });

  it.each([
    ['x', 'parsing private key: no PEM data in input'],
    [
      '-----BEGIN C-----\nAAAA\n-----END C-----',
      'parsing private key: no private key data in PEM block of type C',
    ],
    [
      'a\n-----BEGIN X PRIVATE KEY-----\r\nh: v\n\nAA AA\n-----END X PRIVATE KEY-----',
      'parsing private key: invalid private key type X PRIVATE KEY',
    ],
    [
      '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----',
      'parsing private key: parsing EC private key from PEM: ',
    ],
  ])('refuse %j as a key', (pem, message) => {
    expect(() => call('genCAWithKey', 'x', goInt(1), pem)).toThrow(message);
  });

  it('refuse DSA, which cannot sign', () => {
    const dsa = String(call('genPrivateKey', 'dsa'));
    expect(createPrivateKey(dsa).asymmetricKeyType).toBe('dsa');
    expect(() => call('genCAWithKey', 'x', goInt(1), dsa)).toThrow(
      'x509: certificate private key does not implement crypto.Signer',
    );
  });
});

describe('keys', () => {
  it.each([
    ['rsa', 'RSA PRIVATE KEY', 'rsa'],
    ['ecdsa', 'EC PRIVATE KEY', 'ec'],
    ['ed25519', 'PRIVATE KEY', 'ed25519'],
  ])('%s', (type, label, kind) => {
    const pem = String(call('genPrivateKey', type));
    expect(pem.startsWith(`-----BEGIN ${label}-----\n`)).toBe(true);
    expect(createPrivateKey(pem).asymmetricKeyType).toBe(kind);
  });

  it('of unknown types are told', () => {
    expect(call('genPrivateKey', 'x')).toBe('Unknown type x');
  });
});
