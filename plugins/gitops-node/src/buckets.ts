import { Readable } from 'node:stream';
import { ConnectionSettings, HttpClient, HttpConnections } from './net';

/**
 * An object of a bucket as a listing shows it.
 *
 * @public
 */
export interface BucketObject {
  key: string;
  /**
   * Changes with the content, and is the same in a listing and in an answer with
   * the content. Those of S3 are without quotes.
   */
  etag: string;
  /** Bytes. */
  size: number;
}

/**
 * The content of an object at one moment.
 *
 * @public
 */
export interface BucketContent {
  /** As a listing shows it. */
  etag: string;
  /** Must be read or destroyed; fails where it does not arrive whole. */
  body: Readable;
}

/**
 * One bucket, with the credentials of one Bucket object.
 *
 * @public
 */
export interface BucketClient {
  exists(options: { signal: AbortSignal }): Promise<boolean>;
  /** All objects whose key begins so, page by page. */
  list(options: {
    prefix?: string;
    signal: AbortSignal;
  }): AsyncIterable<BucketObject>;
  /** @returns undefined where there is no such object */
  read(
    key: string,
    options: { signal: AbortSignal },
  ): Promise<BucketContent | undefined>;
  /** Called once, when nothing more is asked. */
  close(): Promise<void>;
}

/**
 * A Secret that an object refers to, decoded. Its values reach no message.
 *
 * @public
 */
export interface SecretData {
  /** `<namespace>/<name>` */
  name: string;
  data: Readonly<Record<string, Buffer>>;
}

/**
 * The ServiceAccount whose cloud identity is used.
 *
 * @public
 */
export interface CloudServiceAccount {
  namespace: string;
  name: string;
  /** They say which identity of the cloud it stands for. */
  annotations: Readonly<Record<string, string>>;
  /** Asks the cluster for a token. */
  token(audiences: readonly string[]): Promise<string>;
}

/**
 * Credentials of a service that speaks S3.
 *
 * @public
 */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials. */
  sessionToken?: string;
}

/**
 * Gives the credentials of one request; undefined asks without any. Called for
 * each request, so it keeps what it has until that ends.
 *
 * @public
 */
export type S3CredentialSource = () => Promise<S3Credentials | undefined>;

/**
 * What a {@link BucketProvider} may use: the fields of a Bucket, what its
 * references lead to, and the portal's connections.
 *
 * @public
 */
export interface BucketOptions {
  /** Of the Bucket object. */
  namespace: string;
  bucketName: string;
  endpoint: string;
  region?: string;
  insecure: boolean;
  /** Of `spec.secretRef`. */
  secret?: SecretData;
  /** Of `spec.serviceAccountName`. */
  serviceAccount?: CloudServiceAccount;
  sts?: {
    provider: string;
    endpoint: string;
    secret?: SecretData;
    tls?: ConnectionSettings['tls'];
  };
  /** Of `spec.certSecretRef` and `spec.proxySecretRef`. */
  connection: ConnectionSettings;
  /** Connects as {@link BucketOptions.connection} says; not to be released. */
  http: HttpClient;
  /** For services beside the bucket's own, such as one that gives out tokens. */
  connections: HttpConnections;
  /** Fires when the fetch must end. */
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * The bucket by the plugin's own S3 client, for providers that differ in how
   * they come by credentials only.
   */
  openS3(credentials: S3CredentialSource): BucketClient;
}

/**
 * Opens buckets of one `spec.provider`.
 *
 * @public
 */
export interface BucketProvider {
  /** `generic`, `aws`, `gcp` or `azure` */
  readonly provider: string;
  /**
   * Checks what it was given and prepares a client; the bucket need not be asked
   * for anything yet.
   *
   * @throws SourceFetchError with the reason; anything else is a failed
   * authentication
   */
  open(options: BucketOptions): Promise<BucketClient>;
}
