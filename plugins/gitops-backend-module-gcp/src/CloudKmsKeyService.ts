import { assertError, InputError } from '@backstage/errors';
import {
  NetworkError,
  SopsKeyError,
  SopsKeyService,
  SopsKeyServiceRequest,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { googleErrorOf } from './GoogleError';
import { GoogleIdentity } from './GoogleIdentity';
import { GoogleToken } from './googleTokens';

const KEY_FILE = 'sops.gcp-kms';
const SCOPE = 'https://www.googleapis.com/auth/cloudkms';
const ANSWER_BYTES = 1024 * 1024;
const RESOURCE =
  /^projects\/[\w.:-]+\/locations\/[\w-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/;

/**
 * Opens data keys by Cloud KMS, for one delivery: with the key of a service account in
 * `sops.gcp-kms` of the Secret, else as its ServiceAccount or the portal (SOPS 3.13,
 * Flux 2.9).
 */
export class CloudKmsKeyService implements SopsKeyService {
  readonly type = 'gcp_kms';
  private readonly request: SopsKeyServiceRequest;
  private readonly address: string;
  private readonly token: () => Promise<GoogleToken>;

  constructor(identity: GoogleIdentity, request: SopsKeyServiceRequest) {
    const { secret, serviceAccount, http, signal, now } = request;
    const content = secret?.data[KEY_FILE];
    this.request = request;
    this.address = identity.addresses.kms;
    this.token = identity.tokens({
      ...{ serviceAccount, http, signal, now },
      key: content && { content, scope: SCOPE },
    });
  }

  async decrypt(
    { enc, fields }: SopsMasterKey,
    { signal }: { signal: AbortSignal },
  ): Promise<Uint8Array> {
    const name = fields.resource_id;
    if (
      typeof name !== 'string' ||
      !RESOURCE.test(name) ||
      /\/\.+\//.test(name)
    ) {
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_ENTRY',
        'its resource_id names no key of Cloud KMS',
      );
    }
    const { value } = await this.login();
    const response = await this.request.http.request(
      `${this.address}/v1/${name}:decrypt`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        authorization: `Bearer ${value}`,
        body: JSON.stringify({ ciphertext: enc }),
        redirects: 0,
        maxBytes: ANSWER_BYTES,
        signal,
      },
    );
    if (response.status !== 200) {
      const { message } = await googleErrorOf(response, 'the data key');
      throw new SopsKeyError('GITOPS_SOPS_KEY_REFUSED', message);
    }
    return readPlain(await response.text());
  }

  private async login(): Promise<GoogleToken> {
    try {
      return await this.token();
    } catch (error) {
      assertError(error);
      this.request.signal.throwIfAborted();
      if (error instanceof NetworkError) {
        throw error;
      }
      const { secret } = this.request;
      throw new SopsKeyError(
        'GITOPS_SOPS_KEY_CREDENTIAL',
        error instanceof InputError && secret?.data[KEY_FILE]
          ? `key '${KEY_FILE}' of Secret ${secret.name} must be the JSON key of a service account, but ${error.message}`
          : error.message,
      );
    }
  }
}

function readPlain(text: string): Uint8Array {
  let plain: unknown;
  try {
    plain = JSON.parse(text).plaintext;
  } catch {
    // It is refused below.
  }
  if (typeof plain !== 'string' || plain === '') {
    throw new SopsKeyError(
      'GITOPS_SOPS_KEY_ANSWER',
      'Cloud KMS answered without a data key',
    );
  }
  return Buffer.from(plain, 'base64');
}
