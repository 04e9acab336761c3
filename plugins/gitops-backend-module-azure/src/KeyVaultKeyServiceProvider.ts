import {
  SopsKeyService,
  SopsKeyServiceProvider,
  SopsKeyServiceRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { AzureIdentity } from './AzureIdentity';
import { KeyVaultKeyService } from './KeyVaultKeyService';

/** Data keys of Azure Key Vault. */
export class KeyVaultKeyServiceProvider implements SopsKeyServiceProvider {
  readonly type = 'azure_kv';
  private readonly options: {
    identity: AzureIdentity;
    addressOf?: (vault: string) => string;
  };

  constructor(options: {
    identity: AzureIdentity;
    /** Address of a vault instead of the real one; for tests. */
    addressOf?: (vault: string) => string;
  }) {
    this.options = options;
  }

  async open(request: SopsKeyServiceRequest): Promise<SopsKeyService> {
    return new KeyVaultKeyService({ ...this.options, request });
  }
}
