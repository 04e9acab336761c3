import { Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  BucketClient,
  BucketOptions,
  BucketProvider,
  readS3Keys,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';

/** Buckets of AWS with the keys of a Secret; for other credentials there is a module. */
export class AwsKeysBucketProvider implements BucketProvider {
  readonly provider = 'aws';

  async open({ secret, openS3 }: BucketOptions): Promise<BucketClient> {
    if (!secret) {
      throw new SourceFetchError(
        "provider 'aws' without spec.secretRef needs the module gitops-backend-module-aws; add it to the backend, or name a Secret with 'accesskey' and 'secretkey'",
        { reason: Reason.InvalidProviderConfiguration, retry: 'stall' },
      );
    }
    const keys = readS3Keys(secret);
    return openS3(async () => keys);
  }
}
