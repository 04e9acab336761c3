import {
  SopsKeyService,
  SopsKeyServiceProvider,
  SopsKeyServiceRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { AwsIdentity } from './AwsIdentity';
import { KmsKeyService } from './KmsKeyService';

/** Data keys of AWS KMS. */
export class KmsKeyServiceProvider implements SopsKeyServiceProvider {
  readonly type = 'kms';
  private readonly options: { identity: AwsIdentity; address?: string };

  constructor(options: {
    identity: AwsIdentity;
    /** Address of the service instead of the real one; for tests. */
    address?: string;
  }) {
    this.options = options;
  }

  async open(request: SopsKeyServiceRequest): Promise<SopsKeyService> {
    return new KmsKeyService({ ...this.options, request });
  }
}
