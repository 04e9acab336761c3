import { TokenCredential } from '@azure/core-auth';
import {
  AnonymousCredential,
  ContainerClient,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { assertError, InputError } from '@backstage/errors';
import { Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  BucketClient,
  BucketOptions,
  BucketProvider,
  SecretData,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { AzureIdentity, AzureTokenSource } from './AzureIdentity';
import { BlobBucketClient } from './BlobBucketClient';
import { guardedHttpClient } from './guardedHttpClient';

const SCOPE = 'https://storage.azure.com/.default';
const RETRIES = { maxTries: 4, retryDelayInMs: 200, maxRetryDelayInMs: 10_000 };
/** Hosts that a token of the portal may be sent to. */
const AZURE_HOST =
  /\.(blob|dfs)\.(core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|storage\.azure\.net)$/;

/** Who asks for the container. */
interface Access {
  credential?: TokenCredential | StorageSharedKeyCredential;
  /** A shared access signature, as part of the address. */
  query?: URLSearchParams;
}

/**
 * Containers of Azure Blob Storage: with an account key, a shared access signature
 * or an application of a Secret, with the application of a ServiceAccount, with
 * the portal's own identity, or open to all (Flux 2.9).
 */
export class BlobBucketProvider implements BucketProvider {
  readonly provider = 'azure';

  constructor(private readonly identity: AzureIdentity) {}

  async open(options: BucketOptions): Promise<BucketClient> {
    const { bucketName, http, signal } = options;
    try {
      const endpoint = readEndpoint(options.endpoint);
      const { credential, query } = await this.access(options, endpoint);
      const url = new URL(endpoint);
      url.pathname = `${url.pathname.replace(/\/+$/, '')}/${encodeURIComponent(bucketName)}`;
      url.search = query?.toString() ?? url.search;
      return new BlobBucketClient(
        new ContainerClient(url.href, credential ?? new AnonymousCredential(), {
          httpClient: guardedHttpClient(http, signal),
          retryOptions: RETRIES,
        }),
      );
    } catch (error) {
      assertError(error);
      throw new SourceFetchError(error.message, {
        reason: Reason.AuthenticationFailed,
      });
    }
  }

  private async access(options: BucketOptions, endpoint: URL): Promise<Access> {
    const { secret, serviceAccount } = options;
    if (secret) {
      return this.ofSecret(secret, options, endpoint);
    }
    if (serviceAccount) {
      const source = this.identity.ofServiceAccount(serviceAccount, options);
      return { credential: await credentialOf(source) };
    }
    return this.identity.portalIdentity ? this.ofPortal(endpoint) : {};
  }

  private async ofSecret(
    secret: SecretData,
    options: BucketOptions,
    endpoint: URL,
  ): Promise<Access> {
    const short = secret.name.slice(secret.name.indexOf('/') + 1);
    const read = (key: string) => secret.data[key]?.toString('utf8');
    const known = ['clientId', 'accountKey', 'sasKey', 'authorityHost'];
    if (known.every(key => read(key) === undefined)) {
      throw new InputError(
        `invalid '${short}' secret data: requires a 'clientId' or 'accountKey' field, a combination of 'tenantId', 'clientId' and 'clientSecret', or 'tenantId', 'clientId' and 'clientCertificate'`,
      );
    }
    const source = this.identity.ofSecret(secret, options);
    if (source) {
      return {
        credential: await credentialOf(source, `'${short}' Secret`),
      };
    }
    const key = read('accountKey')?.trim();
    if (key) {
      const account = read('accountName')?.trim() || accountOf(endpoint);
      return { credential: new StorageSharedKeyCredential(account, key) };
    }
    const signature = read('sasKey')?.trim();
    if (signature) {
      const query = new URLSearchParams(signature.replace(/^\?/, ''));
      for (const [name, value] of endpoint.searchParams) {
        if (!query.has(name)) {
          query.append(name, value);
        }
      }
      return { query };
    }
    return this.identity.portalIdentity ? this.ofPortal(endpoint) : {};
  }

  private async ofPortal(endpoint: URL): Promise<Access> {
    // Whoever receives the token can use it.
    if (endpoint.protocol !== 'https:' || !AZURE_HOST.test(endpoint.hostname)) {
      throw new InputError(
        "the portal's own identity is only used at https:// addresses of Azure; name a Secret or a ServiceAccount for others",
      );
    }
    return { credential: await credentialOf(this.identity.ofPortal()) };
  }
}

/** Whether there is a token is known before the container is asked. */
async function credentialOf(
  source: AzureTokenSource,
  of?: string,
): Promise<TokenCredential> {
  try {
    await source(SCOPE);
  } catch (error) {
    assertError(error);
    throw new Error(
      of
        ? `failed to create token credential from ${of}: ${error.message}`
        : `Azure authentication failed: ${error.message}`,
    );
  }
  return {
    // The SDK keeps it until it ends.
    getToken: async () => {
      const { value: token, expiresAt: expiresOnTimestamp } =
        await source(SCOPE);
      return { token, expiresOnTimestamp };
    },
  };
}

function readEndpoint(endpoint: string): URL {
  if (/^https?:\/\//i.test(endpoint) && URL.canParse(endpoint)) {
    const url = new URL(endpoint);
    if (!url.username && !url.password) {
      return url;
    }
  }
  throw new InputError(
    'the endpoint must look like https://account.blob.core.windows.net',
  );
}

function accountOf(endpoint: URL): string {
  const [account, ...rest] = endpoint.hostname.split('.');
  if (rest.length === 0) {
    throw new InputError(
      `failed to extract account name from endpoint: '${endpoint.hostname}' has no part before the first dot; set 'accountName' in the Secret`,
    );
  }
  return account;
}
