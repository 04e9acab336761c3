import {
  RegistryCredentialRequest,
  RegistryCredentialSupplier,
  SuppliedRegistryCredential,
} from '@backstage-gitops/plugin-gitops-node';
import { AzureIdentity } from './AzureIdentity';
import { AzureTokenError } from './azureTokens';

const REGISTRY = /^[^/]+\.azurecr\.(io|cn|de|us)$/;
/** Who the tokens are for, by the end of the registry's host. */
const AUDIENCES: Readonly<Record<string, string>> = {
  cn: 'https://containerregistry.azure.cn',
  us: 'https://containerregistry.azure.us',
};
const PUBLIC_AUDIENCE = 'https://containerregistry.azure.net';
/** The user that stands for a token (Azure Container Registry). */
const TOKEN_USER = '00000000-0000-0000-0000-000000000000';
const ANSWER_BYTES = 1024 * 1024;

/** Logs in to the registries of Azure. */
export class AcrCredentialSupplier implements RegistryCredentialSupplier {
  readonly provider = 'azure';
  private readonly identity: AzureIdentity;
  private readonly addressOf: (registry: string) => string;

  constructor(options: {
    identity: AzureIdentity;
    /** Address of a registry instead of the real one; for tests. */
    addressOf?: (registry: string) => string;
  }) {
    this.identity = options.identity;
    this.addressOf = options.addressOf ?? (registry => `https://${registry}`);
  }

  async credential(
    request: RegistryCredentialRequest,
  ): Promise<SuppliedRegistryCredential | undefined> {
    const { registry, serviceAccount, http, signal } = request;
    const end = REGISTRY.exec(registry)?.[1];
    if (!end) {
      return undefined;
    }
    const source = serviceAccount
      ? this.identity.ofServiceAccount(serviceAccount, request)
      : this.identity.ofPortal();
    const token = await source(`${AUDIENCES[end] ?? PUBLIC_AUDIENCE}/.default`);
    const response = await http.request(
      `${this.addressOf(registry)}/oauth2/exchange`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'access_token',
          service: registry,
          access_token: token.value,
        }).toString(),
        signal,
      },
    );
    const password = refreshToken(await response.text(ANSWER_BYTES));
    if (response.status !== 200 || !password) {
      throw new AzureTokenError(
        `${registry} gave no login (status ${response.status})`,
      );
    }
    return {
      credential: { username: TOKEN_USER, password },
      expiresAt: endOf(password),
    };
  }
}

function refreshToken(text: string): string | undefined {
  try {
    const { refresh_token: token } = JSON.parse(text);
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

/** Of a JSON web token, which is not verified: the registry gave it. */
function endOf(token: string): number | undefined {
  try {
    const [, claims] = token.split('.');
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
