import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { vaultAddress } from '../secrets/sops/vault/vaultAddress';
import { VaultSettings } from '../secrets/sops/vault/VaultKeyService';

/** Reads `gitops.kustomize.vaultAddresses` and `vaultLogins`. */
export function readVaultSettings(config: Config | undefined): VaultSettings {
  const addresses =
    config?.getOptionalStringArray('kustomize.vaultAddresses') ?? [];
  const logins = config?.getOptionalConfigArray('kustomize.vaultLogins') ?? [];
  return {
    addresses: addresses.map(text => readAddress(text, 'vaultAddresses')),
    logins: logins.map(login => ({
      address: readAddress(login.getString('address'), 'vaultLogins'),
      path: login.getString('loginPath'),
    })),
  };
}

function readAddress(text: string, key: string): string {
  const address = vaultAddress(text);
  if (address === undefined) {
    throw new InputError(
      `gitops.kustomize.${key}: '${text}' must look like https://vault.example.org:8200`,
    );
  }
  return address;
}
