import {
  RegistryCredential,
  RegistryCredentialRequest,
  RegistryCredentialSupplier,
} from '@backstage-gitops/plugin-gitops-node';
import { Keychain } from './Keychain';
import { memoryKey } from './RegistryMemory';

/** Registries of clouds that one portal talks to at a time. */
const MOST = 500;
/** Credentials are not used to their very end. */
const MARGIN_MS = 60_000;

/** Logs in to registries of clouds, and remembers it as long as it lasts. */
export class CloudLogins {
  private readonly suppliers: ReadonlyMap<string, RegistryCredentialSupplier>;
  private readonly known = new Map<
    string,
    { credential: RegistryCredential; until: number }
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
   * @param connectionKey - same text for same ways to reach the cloud
   */
  async login(
    provider: string,
    request: RegistryCredentialRequest,
    connectionKey: string,
  ): Promise<Keychain> {
    const credential = await this.credential(provider, request, connectionKey);
    return {
      resolve: async ({ registry }) =>
        registry === request.registry ? credential : undefined,
    };
  }

  private async credential(
    provider: string,
    request: RegistryCredentialRequest,
    connectionKey: string,
  ): Promise<RegistryCredential | undefined> {
    const { registry, serviceAccount } = request;
    const key = memoryKey(connectionKey, provider, registry, [
      serviceAccount?.namespace,
      serviceAccount?.name,
      serviceAccount?.annotations,
    ]);
    const known = this.known.get(key);
    if (known && known.until > request.now()) {
      return known.credential;
    }
    const supplied = await this.suppliers.get(provider)!.credential(request);
    this.known.delete(key);
    if (supplied?.expiresAt !== undefined) {
      this.known.set(key, {
        credential: supplied.credential,
        until: supplied.expiresAt - MARGIN_MS,
      });
      if (this.known.size > MOST) {
        this.known.delete(this.known.keys().next().value!);
      }
    }
    return supplied?.credential;
  }
}
