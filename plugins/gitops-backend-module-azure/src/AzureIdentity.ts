import { TokenCredential } from '@azure/core-auth';
import {
  ChainedTokenCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import { InputError, NotAllowedError } from '@backstage/errors';
import {
  CloudServiceAccount,
  SecretData,
} from '@backstage-gitops/plugin-gitops-node';
import {
  AzureProof,
  AzureRequest,
  AzureToken,
  PUBLIC_AUTHORITY,
  tokenOfApplication,
} from './azureTokens';

const AUDIENCE = 'api://AzureADTokenExchange';
const TENANT = 'azure.workload.identity/tenant-id';
const CLIENT = 'azure.workload.identity/client-id';

/** Gives tokens for one scope. */
export type AzureTokenSource = (scope: string) => Promise<AzureToken>;

/** What {@link AzureIdentity} is made of. */
export interface AzureIdentityOptions {
  /** Whether objects may use the portal's own identity. */
  portalIdentity: boolean;
  /** The portal's own credential; of a managed identity where one is named. */
  portalCredential?: (clientId?: string) => TokenCredential;
  /** Where Microsoft Entra is. Default: that of the public cloud. */
  authority?: string;
}

/**
 * Tokens of Microsoft Entra: for the application in a Secret, for the one that a
 * ServiceAccount stands for, or of the portal (Flux 2.9, fluxcd/pkg auth).
 */
export class AzureIdentity {
  readonly portalIdentity: boolean;
  private readonly portalCredential: (clientId?: string) => TokenCredential;
  private readonly authority: string;

  constructor(options: AzureIdentityOptions) {
    this.portalIdentity = options.portalIdentity;
    this.portalCredential = options.portalCredential ?? ownCredential;
    this.authority = options.authority ?? PUBLIC_AUTHORITY;
  }

  /**
   * Of the application that a Secret describes; undefined where it describes none.
   *
   * @throws InputError, NotAllowedError
   */
  ofSecret(
    secret: SecretData,
    request: AzureRequest,
  ): AzureTokenSource | undefined {
    const read = (key: string) =>
      secret.data[key]?.toString('utf8') || undefined;
    const [tenantId, clientId] = [read('tenantId'), read('clientId')];
    const proof = proofOf(read);
    if (tenantId && clientId && proof) {
      const authority = read('authorityHost') ?? this.authority;
      if (authority !== this.authority && !isSecure(authority)) {
        throw new InputError("'authorityHost' must begin with https://");
      }
      const application = { authority, tenantId, clientId };
      return scope => tokenOfApplication(application, proof, scope, request);
    }
    return clientId ? this.ofPortal(clientId) : undefined;
  }

  /** @throws InputError */
  ofServiceAccount(
    account: CloudServiceAccount,
    request: AzureRequest,
  ): AzureTokenSource {
    const { authority } = this;
    const tenantId = account.annotations[TENANT];
    const clientId = account.annotations[CLIENT];
    if (!tenantId) {
      throw new InputError(
        `azure tenant ID is not set in the service account annotation ${TENANT}`,
      );
    }
    if (!clientId) {
      throw new InputError(
        `azure client ID is not set in the service account annotation ${CLIENT}`,
      );
    }
    return async scope =>
      tokenOfApplication(
        { authority, tenantId, clientId },
        { assertion: await account.token([AUDIENCE]) },
        scope,
        request,
      );
  }

  /**
   * The portal's own, or a managed identity of the machine that it runs on.
   *
   * @throws NotAllowedError
   */
  ofPortal(clientId?: string): AzureTokenSource {
    if (!this.portalIdentity) {
      throw new NotAllowedError(
        'objects may not use the identities of the portal in Azure; name a Secret or a ServiceAccount of your own, or set gitops.azure.portalIdentity',
      );
    }
    const credential = this.portalCredential(clientId);
    return async scope => {
      const token = await credential.getToken(scope);
      if (!token) {
        throw new Error('the portal has no identity in Azure');
      }
      return { value: token.token, expiresAt: token.expiresOnTimestamp };
    };
  }
}

function proofOf(
  read: (key: string) => string | undefined,
): AzureProof | undefined {
  const secret = read('clientSecret');
  if (secret) {
    return { secret };
  }
  const certificate = read('clientCertificate');
  return (
    (certificate && {
      certificate,
      password: read('clientCertificatePassword'),
      sendChain: ['1', 'true'].includes(
        (read('clientCertificateSendChain') ?? '').toLowerCase(),
      ),
    }) ||
    undefined
  );
}

function isSecure(address: string): boolean {
  return /^https:\/\//i.test(address) && URL.canParse(address);
}

/** As the SDK's default, without what would run programs. */
function ownCredential(clientId?: string): TokenCredential {
  if (clientId) {
    return new ManagedIdentityCredential({ clientId });
  }
  const credentials: TokenCredential[] = [new EnvironmentCredential()];
  if (process.env.AZURE_FEDERATED_TOKEN_FILE) {
    credentials.push(new WorkloadIdentityCredential());
  }
  const own = process.env.AZURE_CLIENT_ID;
  credentials.push(
    own
      ? new ManagedIdentityCredential({ clientId: own })
      : new ManagedIdentityCredential(),
  );
  return new ChainedTokenCredential(...credentials);
}
