import { X509Certificate } from 'node:crypto';
import { createHash } from 'node:crypto';
import {
  Bundle,
  BUNDLE_V01_MEDIA_TYPE,
  bundleFromJSON,
} from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import {
  Signer,
  toSignedEntity,
  toTrustMaterial,
  Verifier,
} from '@sigstore/verify';
import { RE2JS } from 're2js';
import { requireClaim } from './claims';
import { SimpleSignature } from './findSignatures';
import { SignatureError } from './SignatureError';

/** Whom to believe without knowing a key. */
export interface KeylessPolicy {
  verifier: Verifier;
  /** None means: whoever it was. */
  identities: readonly { issuer: RE2JS; subject: RE2JS }[];
}

/**
 * Reads a trusted root of Sigstore (`trusted_root.json`), and who may have signed.
 *
 * @throws SignatureError
 */
export function readKeylessPolicy(
  trustedRoot: Buffer,
  identities: readonly { issuer: string; subject: string }[],
): KeylessPolicy {
  let verifier: Verifier;
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(trustedRoot.toString('utf8')));
    verifier = new Verifier(toTrustMaterial(root));
  } catch {
    throw new SignatureError(
      'unable to parse trusted root: it is no trusted_root.json of Sigstore',
    );
  }
  return {
    verifier,
    identities: identities.map(({ issuer, subject }) => ({
      issuer: compile(issuer, 'issuer'),
      subject: compile(subject, 'subject'),
    })),
  };
}

/**
 * Checks a signature by the certificate that came with it: issued by a trusted
 * authority, logged, used while it was valid, and by somebody who may.
 *
 * @throws where one of these is not so, or the signature is not of this manifest
 */
export function verifyKeyless(
  signed: SimpleSignature | Bundle,
  digest: string,
  { verifier, identities }: KeylessPolicy,
): void {
  const entity =
    'payload' in signed
      ? toSignedEntity(toBundle(signed), signed.payload)
      : toSignedEntity(signed);
  if (entity.key.$case !== 'certificate') {
    throw new SignatureError('it was signed by a key, not with a certificate');
  }
  const signer = verifier.verify(entity);
  if (identities.length > 0) {
    requireIdentity(signer, identities);
  }
  requireClaim(signed, digest);
}

function requireIdentity(
  { identity }: Signer,
  allowed: KeylessPolicy['identities'],
): void {
  const issuer = identity?.extensions?.issuer ?? '';
  const subject = identity?.subjectAlternativeName ?? '';
  const matches = allowed.some(
    each =>
      each.issuer.matcher(issuer).find() &&
      each.subject.matcher(subject).find(),
  );
  if (!matches) {
    throw new SignatureError(
      `none of the expected identities matched what was in the certificate, got subjects [${subject}] with issuer ${issuer}`,
    );
  }
}

/** What cosign 1 and 2 wrote into annotations, as a bundle says it. */
function toBundle({
  payload,
  signature,
  certificate,
  logEntry,
}: SimpleSignature): Bundle {
  if (certificate === undefined) {
    throw new SignatureError('it was signed by a key, not with a certificate');
  }
  if (logEntry === undefined) {
    throw new SignatureError(
      'it comes without an entry of a transparency log, which is not looked up elsewhere',
    );
  }
  try {
    const { SignedEntryTimestamp, Payload } = JSON.parse(logEntry);
    const { body, integratedTime, logIndex, logID } = Payload;
    const { kind, apiVersion } = JSON.parse(
      Buffer.from(body, 'base64').toString('utf8'),
    );
    return bundleFromJSON({
      mediaType: BUNDLE_V01_MEDIA_TYPE,
      verificationMaterial: {
        x509CertificateChain: {
          certificates: [
            {
              rawBytes: new X509Certificate(certificate).raw.toString('base64'),
            },
          ],
        },
        tlogEntries: [
          {
            logIndex: String(logIndex),
            logId: { keyId: Buffer.from(logID, 'hex').toString('base64') },
            kindVersion: { kind, version: apiVersion },
            integratedTime: String(integratedTime),
            inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
            canonicalizedBody: body,
          },
        ],
      },
      messageSignature: {
        messageDigest: {
          algorithm: 'SHA2_256',
          digest: createHash('sha256').update(payload).digest('base64'),
        },
        signature: signature.toString('base64'),
      },
    });
  } catch {
    throw new SignatureError(
      'its certificate or its entry of the transparency log cannot be read',
    );
  }
}

function compile(pattern: string, field: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw new SignatureError(
      `malformed ${field} in identity: '${pattern.slice(0, 200)}' is no regular expression`,
    );
  }
}
