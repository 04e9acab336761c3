import {
  RegistryCredentialRequest,
  RegistryCredentialSupplier,
  SuppliedRegistryCredential,
} from '@backstage-gitops/plugin-gitops-node';
import { GoogleIdentity } from './GoogleIdentity';

/** Artifact Registry and what came before it (Flux 2.9). */
const REGISTRY =
  /^(?:(?:.+\.)?gcr\.io|.+-docker\.pkg\.dev|docker\.s3nsregistry\.fr)$/;

/** Logs in to the registries of Google Cloud. */
export class GarCredentialSupplier implements RegistryCredentialSupplier {
  readonly provider = 'gcp';

  constructor(private readonly identity: GoogleIdentity) {}

  async credential(
    request: RegistryCredentialRequest,
  ): Promise<SuppliedRegistryCredential | undefined> {
    if (!REGISTRY.test(request.registry)) {
      return undefined;
    }
    const { http, signal, now, serviceAccount } = request;
    const ask = this.identity.tokens({ http, signal, now, serviceAccount });
    const { value: password, expiresAt } = await ask();
    return {
      credential: { username: 'oauth2accesstoken', password },
      expiresAt,
    };
  }
}
