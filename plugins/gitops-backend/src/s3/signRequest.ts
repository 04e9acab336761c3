import { createHash, createHmac, Hash, Hmac } from 'node:crypto';
import { S3Credentials } from '@backstage-gitops/plugin-gitops-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { Checksum, SourceData } from '@smithy/types';
import { escapeUri } from './S3Address';

/** A request before it is signed. */
export interface UnsignedRequest {
  method: string;
  /** Without a query. */
  url: URL;
  query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array;
}

/** The hash that the signer computes with. */
class Sha256 implements Checksum {
  private hash!: Hash | Hmac;

  constructor(private readonly secret?: SourceData) {
    this.reset();
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash =
      this.secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', bytesOf(this.secret));
  }
}

/** Address and headers of a request with AWS Signature Version 4 in its header. */
export async function signRequest(
  request: UnsignedRequest,
  options: {
    /** Without, the request is anonymous. */
    credentials: S3Credentials | undefined;
    region: string;
    date: Date;
  },
): Promise<{ url: URL; headers: Record<string, string> }> {
  const { credentials } = options;
  const url = new URL(request.url);
  url.search = Object.entries(request.query)
    .map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`)
    .join('&');
  if (!credentials) {
    return { url, headers: { ...request.headers } };
  }
  const signer = new SignatureV4({
    service: 's3',
    region: options.region,
    credentials: {
      ...credentials,
      // An empty one would be sent.
      sessionToken: credentials.sessionToken || undefined,
    },
    sha256: Sha256,
    uriEscapePath: false,
  });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: request.url.protocol,
      hostname: request.url.hostname,
      port: request.url.port ? Number(request.url.port) : undefined,
      path: request.url.pathname,
      query: { ...request.query },
      headers: {
        ...request.headers,
        host: request.url.host,
        'x-amz-content-sha256': createHash('sha256')
          .update(request.body ?? '')
          .digest('hex'),
      },
    },
    { signingDate: options.date },
  );
  const { host, ...headers } = signed.headers;
  return { url, headers };
}

function bytesOf(data: SourceData): Uint8Array {
  if (typeof data === 'string') {
    return Buffer.from(data);
  }
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
