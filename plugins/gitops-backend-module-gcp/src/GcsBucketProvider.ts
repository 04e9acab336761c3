import { assertError, InputError } from '@backstage/errors';
import { Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  BucketClient,
  BucketOptions,
  BucketProvider,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { GcsBucketClient } from './GcsBucketClient';
import { GoogleIdentity } from './GoogleIdentity';

/**
 * Buckets of Google Cloud Storage: with the key of a service account in a Secret,
 * with the identity of a ServiceAccount, or with the portal's own (Flux 2.9).
 * Requests go to Google whatever `spec.endpoint` says, as with Flux.
 */
export class GcsBucketProvider implements BucketProvider {
  readonly provider = 'gcp';

  constructor(private readonly identity: GoogleIdentity) {}

  async open(options: BucketOptions): Promise<BucketClient> {
    const { bucketName, secret, serviceAccount, http, signal, now } = options;
    const token = this.identity.tokens({
      ...{ secret, serviceAccount, http, signal, now },
    });
    try {
      // Whether there is one is known before the bucket is asked.
      await token();
    } catch (error) {
      assertError(error);
      throw new SourceFetchError(
        error instanceof InputError
          ? error.message
          : `GCP authentication failed: ${error.message}`,
        { reason: Reason.AuthenticationFailed },
      );
    }
    const address = this.identity.addresses.storage;
    return new GcsBucketClient({ bucketName, http, address, token });
  }
}
