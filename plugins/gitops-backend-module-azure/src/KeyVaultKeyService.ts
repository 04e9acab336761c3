import { assertError } from '@backstage/errors';
import {
  NetworkError,
  readSopsKeyFile,
  SecretData,
  SopsKeyError,
  SopsKeyService,
  SopsKeyServiceRequest,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { AzureIdentity, AzureTokenSource } from './AzureIdentity';
import { AzureToken, quoted } from './azureTokens';

const KEY_FILE = 'sops.azure-kv';
/** Vaults and managed HSMs of Azure's clouds; a token goes nowhere else. */
const VAULT =
  /^https:\/\/[a-z0-9-]+\.((?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net))\/?$/i;
const ALGORITHM = 'RSA-OAEP-256';
const API_VERSION = '7.4';
const ANSWER_BYTES = 1024 * 1024;
/** Before a token ends, so that a request that takes a while is not too late. */
const EARLY_MS = 60_000;
/** As `az` names what it makes, and the names that count here. */
const SHORT_NAMES = {
  tenant: 'tenantId',
  appId: 'clientId',
  password: 'clientSecret',
} as const;

/**
 * Opens data keys by Azure Key Vault, for one delivery: with the application in
 * `sops.azure-kv` of the Secret, else as its ServiceAccount or the portal (SOPS 3.13,
 * Flux 2.9).
 */
export class KeyVaultKeyService implements SopsKeyService {
  readonly type = 'azure_kv';
  private readonly request: SopsKeyServiceRequest;
  private readonly addressOf: (vault: string) => string;
  private readonly source: AzureTokenSource;
  /** By scope. */
  private readonly tokens = new Map<string, AzureToken>();

  /** @throws SopsKeyError */
  constructor(options: {
    identity: AzureIdentity;
    request: SopsKeyServiceRequest;
    /** Address of a vault instead of the real one; for tests. */
    addressOf?: (vault: string) => string;
  }) {
    this.request = options.request;
    this.addressOf = options.addressOf ?? (vault => vault);
    try {
      this.source = sourceOf(options.identity, options.request);
    } catch (error) {
      throw noCredential(error, options.request);
    }
  }

  async decrypt(
    { enc, fields }: SopsMasterKey,
    { signal }: { signal: AbortSignal },
  ): Promise<Uint8Array> {
    const { vault_url: url, name, version } = fields;
    const cloud = VAULT.exec(typeof url === 'string' ? url : '')?.[1];
    if (!cloud) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_ENTRY',
        'its vault_url is no address of a vault in Azure, such as https://team.vault.azure.net',
      );
    }
    if (![name, version].every(each => /^[\w-]+$/.test(String(each)))) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_ENTRY',
        'its name and version are none of a key',
      );
    }
    const token = await this.token(`https://${cloud.toLowerCase()}/.default`);
    const vault = this.addressOf(String(url).replace(/\/$/, ''));
    const response = await this.request.http.request(
      `${vault}/keys/${name}/${version}/decrypt?api-version=${API_VERSION}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        authorization: `Bearer ${token.value}`,
        body: JSON.stringify({ alg: ALGORITHM, value: enc }),
        redirects: 0,
        maxBytes: ANSWER_BYTES,
        signal,
      },
    );
    const answer = parse(await response.text());
    if (response.status !== 200) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_REFUSED',
        `${response.url.host} did not open it (status ${response.status})${quoted(answer.error?.message)}`,
      );
    }
    if (typeof answer.value !== 'string' || answer.value === '') {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_ANSWER',
        `${response.url.host} answered without a data key`,
      );
    }
    return Buffer.from(answer.value, 'base64url');
  }

  private async token(scope: string): Promise<AzureToken> {
    const held = this.tokens.get(scope);
    if (held && this.request.now() < held.expiresAt - EARLY_MS) {
      return held;
    }
    try {
      const token = await this.source(scope);
      this.tokens.set(scope, token);
      return token;
    } catch (error) {
      this.request.signal.throwIfAborted();
      throw noCredential(error, this.request);
    }
  }
}

function sourceOf(
  identity: AzureIdentity,
  request: SopsKeyServiceRequest,
): AzureTokenSource {
  const { secret, serviceAccount } = request;
  const file = readSopsKeyFile(secret, KEY_FILE);
  if (file) {
    const name = secret!.name;
    const source = identity.ofSecret(applicationOf(name, file), request);
    if (!source) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_CREDENTIAL',
        'it needs tenantId, clientId and clientSecret or clientCertificate, or clientId alone for a managed identity',
      );
    }
    return source;
  }
  return serviceAccount
    ? identity.ofServiceAccount(serviceAccount, request)
    : identity.ofPortal();
}

/** The fields of the file as if they were keys of a Secret. */
function applicationOf(
  name: string,
  file: Readonly<Record<string, unknown>>,
): SecretData {
  const data: Record<string, Buffer> = {};
  const put = (key: string, value: unknown) => {
    if (['string', 'boolean', 'number'].includes(typeof value)) {
      data[key] = Buffer.from(String(value));
    }
  };
  const isWhole = ['tenantId', 'clientId'].every(key => key in file);
  for (const [key, value] of Object.entries(file)) {
    put(key, value);
  }
  if (!isWhole && Object.keys(SHORT_NAMES).every(key => file[key])) {
    for (const [short, key] of Object.entries(SHORT_NAMES)) {
      put(key, file[short]);
    }
  }
  return { name, data };
}

function noCredential(error: unknown, request: SopsKeyServiceRequest): Error {
  assertError(error);
  if (error instanceof NetworkError) {
    return error;
  }
  const { secret } = request;
  return new SopsKeyError(
    'GITOPS_SOPS_KEY_CREDENTIAL',
    secret?.data[KEY_FILE] && !error.message.startsWith('key ')
      ? `key '${KEY_FILE}' of Secret ${secret.name}: ${error.message}`
      : error.message,
  );
}

function parse(text: string): {
  value?: unknown;
  error?: { message?: unknown };
} {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
