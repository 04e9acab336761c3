import * as http from 'node:http';
import * as https from 'node:https';
import * as path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { SandboxError } from '../errors';
import { close, listen } from '../listen';
import type { SandboxLogger } from '../logger';
import { createCertificates, loadCertificates } from '../tls/certificates';
import type { AnonymousAccess } from './bucketStore';
import { BucketStore } from './bucketStore';
import type { S3Faults, S3Request } from './faults';
import { S3Error } from './s3Error';
import { S3Host } from './s3Host';
import type { S3Account } from './signature';

/**
 * Options of {@link startS3Server}.
 *
 * @public
 */
export interface S3ServerOptions {
  /** Where buckets (and certificates) are kept; in memory by default. */
  dataDir?: string;
  /** 0 (default) takes any free port. */
  port?: number;
  /** A loopback address; `127.0.0.1` by default. */
  host?: string;
  /** Serve https with a certificate of the sandbox's own CA. */
  tls?: boolean;
  /** With `tls`: refuse connections without a certificate of that CA. */
  clientCertificates?: boolean;
  /** The only region that signatures may name; any by default. */
  region?: string;
  /** `<bucket>.<domain>` as the host of a request names a bucket; `localhost` by default. */
  domain?: string;
  /** Credentials of the owner; `sandbox` and `sandbox-secret` by default. */
  accessKeyId?: string;
  secretAccessKey?: string;
  logger?: SandboxLogger;
  /** For tests: the time of the server. */
  now?: () => Date;
}

/**
 * A running S3 server.
 *
 * @public
 */
export interface SandboxS3 {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** `127.0.0.1:<port>`, as `spec.endpoint` of a Bucket takes it. */
  endpoint: string;
  port: number;
  /** Of the owner, who may do everything. */
  accessKeyId: string;
  secretAccessKey: string;
  /** With `tls`: the certificate authority, PEM. */
  caPem?: string;
  /** With `tls`: a client certificate that it signed, PEM. */
  clientCertificate?: { certificate: string; privateKey: string };
  /** Requests, oldest first (the latest 10000). */
  requests: S3Request[];
  faults: S3Faults;
  /** Makes a bucket, with objects by key. */
  createBucket(
    name: string,
    objects?: Readonly<Record<string, string | Uint8Array>>,
    options?: { anonymous?: AnonymousAccess },
  ): Promise<void>;
  /** Writes an object, whatever its key; returns its etag without quotes. */
  put(
    bucket: string,
    key: string,
    content: string | Uint8Array,
  ): Promise<string>;
  /** @throws {@link SandboxError} `not-found` */
  read(bucket: string, key: string): Promise<Buffer>;
  /** Deletes an object, or a bucket with all its objects. */
  remove(bucket: string, key?: string): void;
  /** Keys in the order in which they are listed. */
  keys(bucket: string): readonly string[];
  /** Multipart uploads that are neither complete nor aborted. */
  uploads(bucket: string): number;
  /** Adds or replaces credentials. */
  addAccount(account: S3Account): void;
  /** Users that `AssumeRoleWithLDAPIdentity` gives credentials to. */
  allowLdap(username: string, password: string): void;
  /** Tokens that `AssumeRoleWithWebIdentity` gives credentials for. */
  allowWebIdentity(check: (token: string, roleArn?: string) => boolean): void;
  stop(): Promise<void>;
}

/**
 * Starts an S3 server on loopback, for trying out and testing. It speaks what the
 * package's README lists, with the words and codes of Amazon S3. At `POST /` it
 * also gives out temporary credentials, as MinIO does.
 *
 * @throws {@link SandboxError} `port-in-use`, `address-unavailable`
 * @public
 */
export async function startS3Server(
  options: S3ServerOptions = {},
): Promise<SandboxS3> {
  const { dataDir, logger } = options;
  const now = options.now ?? (() => new Date());
  const host = options.host ?? '127.0.0.1';
  const store = new BucketStore({
    directory: dataDir && path.join(dataDir, 'buckets'),
    now,
  });
  const server = new S3Host({
    store,
    now,
    logger,
    region: options.region,
    domain: options.domain ?? 'localhost',
  });
  const owner = {
    accessKeyId: options.accessKeyId ?? 'sandbox',
    secretAccessKey: options.secretAccessKey ?? 'sandbox-secret',
  };
  server.accounts.set(owner.accessKeyId, owner);

  const certificates = options.tls ? await certificatesFor(dataDir) : undefined;
  const handle: http.RequestListener = (request, response) => {
    void server.handle(request, response);
  };
  const listener = certificates
    ? (https.createServer(
        {
          cert: certificates.server.certificate,
          key: certificates.server.privateKey,
          ca: certificates.ca.certificate,
          requestCert: options.clientCertificates,
          rejectUnauthorized: options.clientCertificates,
        },
        handle,
      ) as unknown as http.Server)
    : http.createServer(handle);
  const port = await listen(listener, {
    port: options.port ?? 0,
    host,
    what: 'the S3 server',
  });
  const url = `${certificates ? 'https' : 'http'}://${host}:${port}`;
  logger?.info(`Sandbox S3 server listens on ${url}`);

  const put: SandboxS3['put'] = async (name, key, content) => {
    const bucket = store.get(name);
    const stored = await store.writer(bucket)(
      Readable.from([Buffer.from(content)]),
    );
    bucket.set({
      key,
      etag: stored.md5,
      headers: {},
      content: stored,
      lastModified: now(),
    });
    return stored.md5;
  };
  return {
    ...owner,
    url,
    endpoint: `${host}:${port}`,
    port,
    caPem: certificates?.ca.certificate,
    clientCertificate: certificates?.admin,
    requests: server.requests,
    faults: server.faults,
    createBucket: async (name, objects = {}, more = {}) => {
      store.create(name).anonymous = more.anonymous ?? 'none';
      for (const [key, content] of Object.entries(objects)) {
        await put(name, key, content);
      }
    },
    put,
    read: (name, key) =>
      buffer(found(() => store.get(name).get(key)).content.open()),
    remove: (name, key) => {
      const bucket = found(() => store.get(name));
      for (const one of key === undefined ? [...bucket.keys()] : [key]) {
        bucket.delete(one);
      }
      if (key === undefined) store.delete(name);
    },
    keys: name => found(() => store.get(name)).keys(),
    uploads: name => found(() => store.get(name)).uploads.size,
    addAccount: account => server.accounts.set(account.accessKeyId, account),
    allowLdap: (username, password) =>
      server.tokens.allowLdap(username, password),
    allowWebIdentity: check => server.tokens.allowWebIdentity(check),
    stop: () => close(listener),
  };
}

function certificatesFor(dataDir: string | undefined) {
  return dataDir === undefined
    ? createCertificates()
    : loadCertificates(path.join(dataDir, 'tls'));
}

function found<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    throw new SandboxError({
      code: 'not-found',
      message: `${error.message}: ${Object.values(error.details).join(', ')}`,
      hint: 'Create it first.',
      cause: error,
    });
  }
}
