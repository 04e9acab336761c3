import { assertError } from '@backstage/errors';
import { Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  BucketClient,
  BucketOptions,
  BucketProvider,
  readS3Keys,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { AwsIdentity } from './AwsIdentity';

/**
 * Buckets of Amazon S3: with the keys of a Secret, with the role of a
 * ServiceAccount, or with the portal's own identity (Flux 2.9).
 */
export class AwsBucketProvider implements BucketProvider {
  readonly provider = 'aws';

  constructor(private readonly identity: AwsIdentity) {}

  async open(options: BucketOptions): Promise<BucketClient> {
    const { secret, sts, serviceAccount, region, signal, now } = options;
    if (secret) {
      const keys = readS3Keys(secret);
      return options.openS3(async () => keys);
    }
    const http = options.connections.open({ proxy: options.connection.proxy });
    try {
      const credentials = this.identity.credentials({
        ...{ serviceAccount, region, http, signal, now },
        stsEndpoint: sts?.endpoint,
      });
      // Whether there are any is known before the bucket is asked.
      await credentials();
      const client = options.openS3(credentials);
      return {
        exists: each => client.exists(each),
        list: each => client.list(each),
        read: (key, each) => client.read(key, each),
        close: async () => {
          http.release();
          await client.close();
        },
      };
    } catch (error) {
      http.release();
      assertError(error);
      throw new SourceFetchError(
        `AWS authentication failed: ${error.message}`,
        {
          reason: Reason.AuthenticationFailed,
        },
      );
    }
  }
}
