import {
  SopsKeyService,
  SopsKeyServiceProvider,
  SopsKeyServiceRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { VaultKeyService, VaultSettings } from './VaultKeyService';

/**
 * Opens data keys by the transit engine of HashiCorp Vault or OpenBao: with the token
 * `sops.vault-token` of the Secret, else after a login with a token of the
 * ServiceAccount as the role `<namespace>_<name>` (SOPS 3.13, Flux 2.9).
 */
export class VaultKeyServiceProvider implements SopsKeyServiceProvider {
  readonly type = 'hc_vault';

  constructor(
    private readonly settings: VaultSettings = { addresses: [], logins: [] },
  ) {}

  async open(request: SopsKeyServiceRequest): Promise<SopsKeyService> {
    return new VaultKeyService(this.settings, request);
  }
}
