import { Bundle } from '@sigstore/bundle';
import { SimpleSignature } from './findSignatures';
import { SignatureError } from './SignatureError';

const IN_TOTO = 'application/vnd.in-toto+json';

/**
 * Checks that what was signed is about this manifest; without it, the signature of
 * any other image would do.
 *
 * @throws SignatureError
 */
export function requireClaim(
  signed: SimpleSignature | Bundle,
  digest: string,
): void {
  const named =
    'payload' in signed ? simpleClaims(signed.payload) : bundleClaims(signed);
  if (!named.includes(digest)) {
    throw new SignatureError(
      `what was signed is not ${digest}${named.length > 0 ? ` but ${named.slice(0, 3).join(', ')}` : ''}`,
    );
  }
}

/** Of the format "simple signing" of containers. */
function simpleClaims(payload: Buffer): string[] {
  const digest = objectOf(objectOf(parse(payload)?.critical)?.image)?.[
    'docker-manifest-digest'
  ];
  return typeof digest === 'string' ? [digest] : [];
}

/** Of the statement of in-toto that a bundle wraps. */
function bundleClaims({ content }: Bundle): string[] {
  if (content?.$case !== 'dsseEnvelope') {
    throw new SignatureError('the bundle holds no DSSE envelope');
  }
  const { payload, payloadType } = content.dsseEnvelope;
  if (payloadType !== IN_TOTO) {
    throw new SignatureError('the bundle holds no statement of in-toto');
  }
  const { subject } = parse(payload) ?? {};
  return (Array.isArray(subject) ? subject : []).flatMap(each => {
    const { sha256, sha512 } = objectOf(objectOf(each)?.digest) ?? {};
    return [
      ...(typeof sha256 === 'string' ? [`sha256:${sha256}`] : []),
      ...(typeof sha512 === 'string' ? [`sha512:${sha512}`] : []),
    ];
  });
}

function parse(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    return objectOf(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return value && typeof value === 'object'
    ? (value as Record<string, unknown>)
    : undefined;
}
