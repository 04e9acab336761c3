import {
  SopsKeyService,
  SopsKeyServiceProvider,
  SopsKeyServiceRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { CloudKmsKeyService } from './CloudKmsKeyService';
import { GoogleIdentity } from './GoogleIdentity';

/** Data keys of Cloud KMS. */
export class CloudKmsKeyServiceProvider implements SopsKeyServiceProvider {
  readonly type = 'gcp_kms';

  constructor(private readonly identity: GoogleIdentity) {}

  async open(request: SopsKeyServiceRequest): Promise<SopsKeyService> {
    return new CloudKmsKeyService(this.identity, request);
  }
}
