import {
  BucketClient,
  BucketContent,
  BucketObject,
  HttpClient,
  S3CredentialSource,
} from '@backstage-gitops/plugin-gitops-node';
import { S3Address, S3AddressOptions } from '../../../s3/S3Address';
import { S3Client } from '../../../s3/S3Client';
import { S3Requests } from '../../../s3/S3Requests';

/** A bucket of a service that speaks S3. */
export class S3BucketClient implements BucketClient {
  private readonly client: S3Client;

  /** @throws InputError for an endpoint that is no host */
  constructor(options: {
    address: S3AddressOptions;
    http: HttpClient;
    credentials: S3CredentialSource;
    now: () => number;
  }) {
    const { address, http, credentials, now } = options;
    this.client = new S3Client({
      bucket: address.bucket,
      requests: new S3Requests({
        address: new S3Address(address),
        ...{ http, credentials, now },
      }),
    });
  }

  exists({ signal }: { signal: AbortSignal }): Promise<boolean> {
    return this.client.bucketExists(signal);
  }

  list(options: {
    prefix?: string;
    signal: AbortSignal;
  }): AsyncIterable<BucketObject> {
    return this.client.list(options);
  }

  read(
    key: string,
    { signal }: { signal: AbortSignal },
  ): Promise<BucketContent | undefined> {
    return this.client.get(key, signal);
  }

  async close(): Promise<void> {
    // Connections belong to whoever gave them.
  }
}
