// The signatures are those of cosign 3.1 and were verified by it; see
// __fixtures__/README.md.
import { bundleFromJSON } from '@sigstore/bundle';
import { SimpleSignature } from './findSignatures';
import { readPublicKey, verifyByKey } from './verifyByKey';
import { readKeylessPolicy, verifyKeyless } from './verifyKeyless';
import fixture from './__fixtures__/signatures.json';

const { digest, keys, keyless } = fixture;
const OTHER = `sha256:${'0'.repeat(64)}`;

type Annotations = Partial<Record<string, string>>;

const simple = (
  {
    payload,
    annotations,
  }: {
    payload: string;
    annotations: Annotations;
  },
  changes: Partial<SimpleSignature> = {},
): SimpleSignature => ({
  payload: Buffer.from(payload, 'base64'),
  signature: Buffer.from(
    annotations['dev.cosignproject.cosign/signature']!,
    'base64',
  ),
  certificate: annotations['dev.sigstore.cosign/certificate'],
  logEntry: annotations['dev.sigstore.cosign/bundle'],
  ...changes,
});
const keyOf = (name: keyof typeof keys) =>
  readPublicKey(Buffer.from(keys[name].publicKey), name);
/** As JSON, with one value at a path replaced. */
const changed = <T extends object>(
  json: T,
  path: string,
  change: (value: never) => unknown,
): T => {
  const copy = structuredClone(json) as Record<string, unknown>;
  const parts = path.split('.');
  const last = parts.pop()!;
  let at = copy;
  for (const part of parts) {
    at = at[part] as Record<string, unknown>;
  }
  at[last] = change(at[last] as never);
  return copy as T;
};
/** Base64 of bytes of which the last bit differs. */
const flipped = (base64: string): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[bytes.length - 1] ^= 1;
  return bytes.toString('base64');
};

describe('verifyByKey', () => {
  it.each(Object.keys(keys) as (keyof typeof keys)[])(
    'takes a signature by %s',
    name => {
      const signature = simple(keys[name].simple);
      expect(() => verifyByKey(signature, digest, keyOf(name))).not.toThrow();
      expect(() => verifyByKey(signature, OTHER, keyOf(name))).toThrow(
        `what was signed is not ${OTHER} but ${digest}`,
      );
    },
  );

  it.each(['ecdsa', 'rsa', 'ecdsa-p384'] as const)(
    'takes a bundle by %s',
    name => {
      const bundle = bundleFromJSON(keys[name].bundle);
      expect(() => verifyByKey(bundle, digest, keyOf(name))).not.toThrow();
      expect(() => verifyByKey(bundle, OTHER, keyOf(name))).toThrow(
        'what was signed is not',
      );
    },
  );

  it('refuses what another key signed, and what was changed', () => {
    const { ecdsa, rsa } = keys;
    const other = 'the signature is by another key';
    expect(() =>
      verifyByKey(simple(ecdsa.simple), digest, keyOf('rsa')),
    ).toThrow(other);
    expect(() =>
      verifyByKey(bundleFromJSON(rsa.bundle), digest, keyOf('ecdsa')),
    ).toThrow(other);
    expect(() =>
      verifyByKey(
        simple(ecdsa.simple, {
          payload: Buffer.from(
            Buffer.from(ecdsa.simple.payload, 'base64')
              .toString()
              .replace(digest, OTHER),
          ),
        }),
        OTHER,
        keyOf('ecdsa'),
      ),
    ).toThrow(other);
    const bundle = changed(
      ecdsa.bundle,
      'dsseEnvelope.payload',
      (payload: string) =>
        Buffer.from(
          Buffer.from(payload, 'base64')
            .toString()
            .replace(digest.slice(7), OTHER.slice(7)),
        ).toString('base64'),
    );
    expect(() =>
      verifyByKey(bundleFromJSON(bundle), OTHER, keyOf('ecdsa')),
    ).toThrow(other);
  });

  it.each([
    ['', 'nothing'],
    [
      '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
      'a broken one',
    ],
    [
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      'a secret',
    ],
  ])('takes no key from %j (%s)', pem => {
    expect(() =>
      readPublicKey(Buffer.from(pem), "'a.pub' of secret 'x/y'"),
    ).toThrow("'a.pub' of secret 'x/y' is no public key in PEM");
  });
});

describe('verifyKeyless', () => {
  const root = (json: object = keyless.trustedRoot) =>
    Buffer.from(JSON.stringify(json));
  const anybody = readKeylessPolicy(root(), []);
  const signed = () => [simple(keyless.simple), bundleFromJSON(keyless.bundle)];

  it('takes signatures of a trusted root', () => {
    for (const each of signed()) {
      expect(() => verifyKeyless(each, digest, anybody)).not.toThrow();
      expect(() => verifyKeyless(each, OTHER, anybody)).toThrow(
        'what was signed is not',
      );
    }
  });

  it('takes them of those who may sign, by any of the patterns', () => {
    const of = (...identities: { issuer: string; subject: string }[]) =>
      readKeylessPolicy(root(), identities);
    const right = {
      issuer: '^https://issuer\\.test$',
      subject: '^https://git\\.test/team/',
    };
    for (const each of signed()) {
      expect(() => verifyKeyless(each, digest, of(right))).not.toThrow();
      expect(() =>
        verifyKeyless(
          each,
          digest,
          of({ issuer: 'other', subject: '.*' }, right),
        ),
      ).not.toThrow();
      for (const wrong of [
        { ...right, issuer: '^https://other' },
        { ...right, subject: '^https://git\\.test/others/' },
      ]) {
        expect(() => verifyKeyless(each, digest, of(wrong))).toThrow(
          `none of the expected identities matched what was in the certificate, got subjects [${keyless.subject}] with issuer ${keyless.issuer}`,
        );
      }
    }
  });

  it.each([
    ['log', changed(keyless.trustedRoot, 'tlogs', () => [])],
    ['log of certificates', changed(keyless.trustedRoot, 'ctlogs', () => [])],
    [
      'authority',
      changed(keyless.trustedRoot, 'certificateAuthorities', () => []),
    ],
    [
      'authority at that time',
      changed(keyless.trustedRoot, 'certificateAuthorities.0.validFor', () => ({
        start: '2025-01-01T00:00:00Z',
        end: '2025-02-01T00:00:00Z',
      })),
    ],
  ])('refuses signatures where the root knows no such %s', (_, json) => {
    const policy = readKeylessPolicy(root(json), []);
    for (const each of signed()) {
      expect(() => verifyKeyless(each, digest, policy)).toThrow();
    }
  });

  it.each([
    ['dsseEnvelope.signatures.0.sig', flipped],
    ['dsseEnvelope.payload', flipped],
    ['verificationMaterial.certificate.rawBytes', flipped],
    ['verificationMaterial.tlogEntries', () => []],
    ['verificationMaterial.tlogEntries.0.canonicalizedBody', flipped],
    ['verificationMaterial.tlogEntries.0.integratedTime', () => '1'],
    [
      'verificationMaterial.tlogEntries.0.inclusionPromise.signedEntryTimestamp',
      flipped,
    ],
    [
      'verificationMaterial.tlogEntries.0.inclusionProof.checkpoint.envelope',
      (note: string) => note.replace(/^[^\n]+/, 'another log'),
    ],
  ])('refuses a bundle with another %s', (path, change) => {
    const bundle = bundleFromJSON(changed(keyless.bundle, path, change));
    expect(() => verifyKeyless(bundle, digest, anybody)).toThrow();
  });

  it('refuses an older signature of which something is missing or changed', () => {
    const entry = JSON.parse(
      keyless.simple.annotations['dev.sigstore.cosign/bundle'],
    );
    for (const [changes, message] of [
      [{ certificate: undefined }, 'it was signed by a key'],
      [{ logEntry: undefined }, 'without an entry of a transparency log'],
      [{ logEntry: '{' }, 'cannot be read'],
      [{ certificate: 'x' }, 'cannot be read'],
      [{ signature: Buffer.from('x') }, ''],
      [{ payload: Buffer.from('x') }, ''],
      [
        {
          logEntry: JSON.stringify(
            changed(entry, 'Payload.integratedTime', () => 1),
          ),
        },
        '',
      ],
    ] as [Partial<SimpleSignature>, string][]) {
      expect(() =>
        verifyKeyless(simple(keyless.simple, changes), digest, anybody),
      ).toThrow(message);
    }
  });

  it('does not take a key for a certificate', () => {
    expect(() =>
      verifyKeyless(bundleFromJSON(keys.ecdsa.bundle), digest, anybody),
    ).toThrow('it was signed by a key');
  });

  it('says what is wrong with a root or a pattern', () => {
    expect(() => readKeylessPolicy(Buffer.from('x'), [])).toThrow(
      'unable to parse trusted root',
    );
    expect(() =>
      readKeylessPolicy(root(), [{ issuer: '(', subject: '' }]),
    ).toThrow("malformed issuer in identity: '('");
  });
});
