import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ParsedRequest } from './s3Request';
import { header, parameter } from './s3Request';
import { S3Error } from './s3Error';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60_000;
const LONGEST_PRESIGNED_S = 7 * 24 * 3600;

/**
 * An account that may sign requests to the S3 server.
 *
 * @public
 */
export interface S3Account {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials: sent with each request. */
  sessionToken?: string;
  /** When temporary credentials end. */
  expiresAt?: Date;
  /** What it may do; everything by default. */
  allows?: (request: {
    write: boolean;
    bucket?: string;
    key?: string;
  }) => boolean;
}

/** Who signed a request, and what a body in signed chunks is checked with. */
export interface Signature {
  account: S3Account;
  /** `x-amz-content-sha256`. */
  payload: string;
  /** Of the request; the first chunk follows it. */
  seed: string;
  amzDate: string;
  scope: string;
  key: Buffer;
}

interface Claimed {
  credential: string;
  signedHeaders: string;
  signature: string;
  amzDate: string;
  payload: string;
  sessionToken?: string;
  /** Seconds that a presigned address is good for. */
  expires?: number;
}

/**
 * Verifies AWS Signature Version 4 in the Authorization header or in the query.
 *
 * @returns undefined for a request that is not signed
 * @throws S3Error as Amazon S3 answers
 */
export function verifySignature(
  request: ParsedRequest,
  options: {
    accounts: ReadonlyMap<string, S3Account>;
    region?: string;
    now: Date;
  },
): Signature | undefined {
  const claimed = readClaim(request);
  if (!claimed) return undefined;
  const [accessKeyId, date, region, service, end] =
    claimed.credential.split('/');
  const account = options.accounts.get(accessKeyId);
  if (!account) {
    throw new S3Error(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      { AWSAccessKeyId: accessKeyId },
    );
  }
  if (
    service !== 's3' ||
    end !== 'aws4_request' ||
    !claimed.amzDate.startsWith(date)
  ) {
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      'The scope of the credential must be <date>/<region>/s3/aws4_request.',
    );
  }
  if (options.region !== undefined && region !== options.region) {
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${options.region}'`,
      { Region: options.region },
    );
  }
  checkTime(claimed, options.now);
  const scope = `${date}/${region}/${service}/${end}`;
  const key = [date, region, service, end].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${account.secretAccessKey}`),
  );
  const toSign = [
    ALGORITHM,
    claimed.amzDate,
    scope,
    sha256(canonicalRequest(request, claimed)),
  ].join('\n');
  const expected = hmac(key, toSign).toString('hex');
  if (!same(expected, claimed.signature)) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { AWSAccessKeyId: accessKeyId, StringToSign: toSign },
    );
  }
  checkSession(account, claimed.sessionToken, options.now);
  return {
    account,
    payload: claimed.payload,
    seed: expected,
    amzDate: claimed.amzDate,
    scope,
    key,
  };
}

function readClaim(request: ParsedRequest): Claimed | undefined {
  const authorization = header(request, 'authorization');
  if (authorization !== undefined) {
    const parts = /^AWS4-HMAC-SHA256 +(.*)$/.exec(authorization);
    if (!parts) {
      throw new S3Error(
        'InvalidArgument',
        'Unsupported Authorization Type: only AWS4-HMAC-SHA256 is.',
      );
    }
    const fields = Object.fromEntries(
      parts[1].split(',').map(part => {
        const equals = part.indexOf('=');
        return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
      }),
    );
    const payload = header(request, 'x-amz-content-sha256');
    const amzDate = header(request, 'x-amz-date');
    if (!payload || !amzDate) {
      throw new S3Error(
        'InvalidArgument',
        'Missing required header for this request: x-amz-content-sha256 or x-amz-date',
      );
    }
    return {
      credential: fields.Credential ?? '',
      signedHeaders: fields.SignedHeaders ?? '',
      signature: fields.Signature ?? '',
      amzDate,
      payload,
      sessionToken: header(request, 'x-amz-security-token'),
    };
  }
  if (parameter(request, 'X-Amz-Algorithm') !== ALGORITHM) return undefined;
  return {
    credential: parameter(request, 'X-Amz-Credential') ?? '',
    signedHeaders: parameter(request, 'X-Amz-SignedHeaders') ?? '',
    signature: parameter(request, 'X-Amz-Signature') ?? '',
    amzDate: parameter(request, 'X-Amz-Date') ?? '',
    payload: header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
    sessionToken: parameter(request, 'X-Amz-Security-Token'),
    expires: Number(parameter(request, 'X-Amz-Expires')),
  };
}

function checkTime(claimed: Claimed, now: Date): void {
  const time = Date.parse(
    claimed.amzDate.replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      '$1-$2-$3T$4:$5:$6Z',
    ),
  );
  if (claimed.expires !== undefined) {
    const { expires } = claimed;
    if (!(expires > 0 && expires <= LONGEST_PRESIGNED_S)) {
      throw new S3Error(
        'InvalidArgument',
        'X-Amz-Expires must be a week at most.',
      );
    }
    if (!(now.getTime() <= time + expires * 1000)) {
      throw new S3Error('AccessDenied', 'Request has expired');
    }
    return;
  }
  if (!(Math.abs(now.getTime() - time) <= MAX_SKEW_MS)) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        RequestTime: claimed.amzDate,
        ServerTime: now.toISOString(),
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      },
    );
  }
}

function checkSession(
  account: S3Account,
  token: string | undefined,
  now: Date,
): void {
  if (account.sessionToken !== undefined || token !== undefined) {
    if (!same(account.sessionToken ?? '', token ?? '')) {
      throw new S3Error(
        'InvalidToken',
        'The provided token is malformed or otherwise invalid.',
      );
    }
  }
  if (account.expiresAt && account.expiresAt <= now) {
    throw new S3Error('ExpiredToken', 'The provided token has expired.');
  }
}

function canonicalRequest(request: ParsedRequest, claimed: Claimed): string {
  const names = claimed.signedHeaders.split(';');
  if (!names.includes('host')) {
    throw new S3Error('AccessDenied', 'The header host must be signed.');
  }
  const query = request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(pair => pair.join('='))
    .join('&');
  return [
    request.method,
    decodeURIComponent(request.rawPath).split('/').map(encode).join('/'),
    query,
    ...names.map(
      name =>
        `${name}:${(header(request, name) ?? '').trim().replace(/ +/g, ' ')}`,
    ),
    '',
    claimed.signedHeaders,
    claimed.payload,
  ].join('\n');
}

/** What the chunk of a body in signed chunks must be signed with. */
export function chunkSignature(
  signature: Signature,
  previous: string,
  chunk: Buffer,
): string {
  return hmac(
    signature.key,
    [
      `${ALGORITHM}-PAYLOAD`,
      signature.amzDate,
      signature.scope,
      previous,
      sha256(''),
      sha256(chunk),
    ].join('\n'),
  ).toString('hex');
}

export function same(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
