import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import {
  SopsKeyError,
  SopsKeyService,
  SopsKeyServiceRequest,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { vaultAddress } from './vaultAddress';
import { VaultClient } from './VaultClient';

const TOKEN = 'sops.vault-token';

/** The servers that the portal asks; all else that files name is refused. */
export interface VaultSettings {
  /** Asked with the token of a Secret. */
  addresses: readonly string[];
  /** Asked with a token, or after a login as a ServiceAccount. */
  logins: readonly {
    address: string;
    /** Below `/v1`, such as `auth/kubernetes/login`. */
    path: string;
  }[];
}

/** The service of one delivery; made by VaultKeyServiceProvider. */
export class VaultKeyService implements SopsKeyService {
  readonly type = 'hc_vault';
  /** By address. */
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(
    private readonly settings: VaultSettings,
    private readonly request: SopsKeyServiceRequest,
  ) {}

  async decrypt(
    { enc, fields }: SopsMasterKey,
    { signal }: { signal: AbortSignal },
  ): Promise<Uint8Array> {
    const address = this.allowed(fields.vault_address);
    const engine = segmentsOf(fields.engine_path, 'engine_path');
    const name = segmentsOf(fields.key_name, 'key_name');
    const token = await this.token(address, signal);
    const client = new VaultClient({ http: this.request.http, address });
    const { data } = await client.write(
      [...engine, 'decrypt', ...name],
      { ciphertext: enc },
      { token, signal },
    );
    const plain = isJsonObject(data) ? data.plaintext : undefined;
    if (typeof plain !== 'string' || plain === '') {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_ANSWER',
        `${address} answered without a data key`,
      );
    }
    return Buffer.from(plain, 'base64');
  }

  /** As the portal's configuration writes it. */
  private allowed(text: unknown): string {
    const address = typeof text === 'string' ? vaultAddress(text) : undefined;
    if (address === undefined) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_ENTRY',
        'its vault_address is no address of a server',
      );
    }
    const { addresses, logins } = this.settings;
    const known = [...addresses, ...logins.map(login => login.address)];
    if (!known.includes(address)) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_NOT_ALLOWED',
        `the portal does not ask ${address}; add it to gitops.kustomize.vaultAddresses`,
      );
    }
    return address;
  }

  private token(address: string, signal: AbortSignal): Promise<string> {
    let token = this.tokens.get(address);
    if (!token) {
      token = this.findToken(address, signal);
      this.tokens.set(address, token);
    }
    return token;
  }

  private async findToken(
    address: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { secret, serviceAccount, http } = this.request;
    const given = secret?.data[TOKEN]?.toString('utf8').trim();
    if (given) {
      return given;
    }
    const login = this.settings.logins.find(each => each.address === address);
    if (!login || !serviceAccount) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_CREDENTIAL',
        serviceAccount
          ? `there is no login as a ServiceAccount at ${address}; name one in gitops.kustomize.vaultLogins, or add '${TOKEN}' to the Secret of spec.decryption.secretRef`
          : `there is no token for ${address}; add '${TOKEN}' to the Secret of spec.decryption.secretRef${login ? ', or set spec.decryption.serviceAccountName' : ''}`,
      );
    }
    const role = `${serviceAccount.namespace}_${serviceAccount.name}`;
    const jwt = await serviceAccount.token([address]);
    const { auth } = await new VaultClient({ http, address }).write(
      login.path.split('/').filter(Boolean),
      { role, jwt },
      { signal },
    );
    const token = isJsonObject(auth) ? auth.client_token : undefined;
    if (typeof token !== 'string' || token === '') {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_ANSWER',
        `${address} answered the login as role '${role}' without a token`,
      );
    }
    return token;
  }
}

/** What a file names must not lead out of the engine that it says. */
function segmentsOf(value: unknown, name: string): string[] {
  const segments =
    typeof value === 'string' ? value.split('/').filter(Boolean) : [];
  if (
    segments.length === 0 ||
    segments.some(each => each === '.' || each === '..')
  ) {
    throw new SopsKeyError(
      'GITOPS_SOPS_KEY_ENTRY',
      `its ${name} is no path in Vault`,
    );
  }
  return segments;
}
