import { InputError } from '@backstage/errors';
import { isIP } from 'node:net';

/** Services that want the bucket in the host (minio-go 7, as Flux 2.9 uses it). */
const VIRTUAL_HOSTS =
  /(^|\.)(amazonaws\.com(\.cn)?|aliyuncs\.com|myqcloud\.com|storage\.googleapis\.com)$/;
/** The endpoints of Amazon that serve all regions or one. */
const AMAZON = /^s3(?:[.-]([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$/;

/** Region of signatures where nobody names one. */
export const DEFAULT_REGION = 'us-east-1';

/** Where a bucket is. */
export interface S3AddressOptions {
  /** Host and port, or an address that begins with http:// or https://. */
  endpoint: string;
  insecure?: boolean;
  bucket: string;
  region?: string;
  /** `bucket` in the path instead of the host; default: as the service wants it. */
  forcePathStyle?: boolean;
}

/** Addresses of a bucket and its objects. */
export class S3Address {
  readonly region: string;
  private readonly base: URL;
  private readonly virtual: boolean;
  private readonly options: S3AddressOptions;

  /** @throws InputError for an endpoint that is no host */
  constructor(options: S3AddressOptions) {
    this.options = options;
    this.base = readEndpoint(options);
    const amazon = AMAZON.exec(this.base.hostname);
    this.region = options.region || amazon?.[1] || DEFAULT_REGION;
    if (amazon) {
      this.base.hostname = `s3.${this.region}.amazonaws.com`;
    }
    this.virtual =
      !(options.forcePathStyle ?? false) &&
      isIP(this.base.hostname) === 0 &&
      VIRTUAL_HOSTS.test(this.base.hostname) &&
      // A certificate for *.host is none for a.b.host.
      !options.bucket.includes('.');
  }

  /** Host and port, for messages. */
  get host(): string {
    return this.base.host;
  }

  /** The same bucket, in another region. */
  inRegion(region: string): S3Address {
    return new S3Address({ ...this.options, region });
  }

  /** Address of an object or, without a key, of the bucket. */
  urlOf(key?: string): URL {
    const url = new URL(this.base);
    const { bucket } = this.options;
    const prefix = url.pathname.replace(/\/+$/, '');
    const parts = key === undefined ? [] : key.split('/');
    if (this.virtual) {
      url.hostname = `${bucket}.${url.hostname}`;
    } else {
      parts.unshift(bucket);
    }
    url.pathname = `${prefix}/${parts.map(escapeUri).join('/')}`;
    return url;
  }
}

function readEndpoint(options: S3AddressOptions): URL {
  const { endpoint, insecure } = options;
  const address = /^https?:\/\//i.test(endpoint)
    ? endpoint
    : `${insecure ? 'http' : 'https'}://${endpoint}`;
  if (URL.canParse(address)) {
    const url = new URL(address);
    if (url.hostname && !url.username && !url.password && !url.search) {
      return url;
    }
  }
  throw new InputError(
    'the endpoint must be a host with an optional port, such as minio.example.org:9000',
  );
}

/** Percent-encodes as signatures want it (RFC 3986, unreserved as they are). */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
