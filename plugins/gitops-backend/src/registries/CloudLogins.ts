import {
  RegistryCredential,
  RegistryCredentialRequest,
  RegistryCredentialSupplier,
} from '@backstage-gitops/plugin-gitops-node';
import { CredentialMemory, identityOf } from '../secrets/CredentialMemory';
import { Keychain } from './Keychain';

/** Logs in to registries of clouds, and remembers it as long as it lasts. */
export class CloudLogins {
  private readonly suppliers: ReadonlyMap<string, RegistryCredentialSupplier>;
  private readonly memory = new CredentialMemory<
    RegistryCredential | undefined
  >();

  constructor(options: { suppliers?: readonly RegistryCredentialSupplier[] }) {
    this.suppliers = new Map(
      (options.suppliers ?? []).map(each => [each.provider, each]),
    );
  }

  /** Whether a module is installed that logs in there. */
  has(provider: string): boolean {
    return this.suppliers.has(provider);
  }

  /**
   * Logs in to one registry as one identity.
   *
   * @param way - same text for the same home and the same way to reach the cloud
   */
  async login(
    provider: string,
    request: RegistryCredentialRequest,
    way: string,
  ): Promise<Keychain> {
    const credential = await this.credential(provider, request, way);
    return {
      resolve: async ({ registry }) =>
        registry === request.registry ? credential : undefined,
    };
  }

  private async credential(
    provider: string,
    request: RegistryCredentialRequest,
    way: string,
  ): Promise<RegistryCredential | undefined> {
    const { registry, serviceAccount, now } = request;
    const parts = [way, provider, registry, identityOf(serviceAccount)];
    return this.memory.get(parts, now, async () => {
      const supplied = await this.suppliers.get(provider)!.credential(request);
      return { value: supplied?.credential, expiresAt: supplied?.expiresAt };
    });
  }
}
