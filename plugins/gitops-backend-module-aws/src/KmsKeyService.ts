import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { assertError, InputError, NotAllowedError } from '@backstage/errors';
import {
  NetworkError,
  readSopsKeyFile,
  S3Credentials,
  SopsKeyError,
  SopsKeyService,
  SopsKeyServiceRequest,
  SopsMasterKey,
} from '@backstage-gitops/plugin-gitops-node';
import { AwsCredentials, AwsIdentity } from './AwsIdentity';
import { guardedRequestHandler } from './guardedRequestHandler';

const KEY_FILE = 'sops.aws-kms';
/** Of keys and of aliases (SOPS 3.13). */
const KEY_ARN = /^arn:aws[\w-]*:kms:([a-z0-9-]+):[0-9]+:(?:key|alias)\/.+$/;
const ROLE_ARN = /^arn:aws[\w-]*:iam::[0-9]{1,30}:role\/.{1,200}$/;

/**
 * Opens data keys by AWS KMS, in the region of each key, for one delivery: with the
 * keys `sops.aws-kms` of the Secret, else as its ServiceAccount or the portal; in the
 * role that the file names, if any (SOPS 3.13, Flux 2.9).
 */
export class KmsKeyService implements SopsKeyService {
  readonly type = 'kms';
  private readonly identity: AwsIdentity;
  private readonly request: SopsKeyServiceRequest;
  private readonly address: string | undefined;
  private readonly keys: S3Credentials | undefined;
  /** By region and role. */
  private readonly credentials = new Map<
    string,
    () => Promise<AwsCredentials>
  >();

  /** @throws SopsKeyError */
  constructor(options: {
    identity: AwsIdentity;
    request: SopsKeyServiceRequest;
    /** Address of the service instead of the real one; for tests. */
    address?: string;
  }) {
    this.identity = options.identity;
    this.request = options.request;
    this.address = options.address;
    this.keys = readKeys(options.request);
  }

  async decrypt(
    { enc, fields }: SopsMasterKey,
    { signal }: { signal: AbortSignal },
  ): Promise<Uint8Array> {
    const { arn, role } = fields;
    const region = KEY_ARN.exec(typeof arn === 'string' ? arn : '')?.[1];
    if (!region) {
      throw new SopsKeyError('GITOPS_SOPS_KEY_ENTRY', 'its arn names no key');
    }
    if (role && !(typeof role === 'string' && ROLE_ARN.test(role))) {
      throw new SopsKeyError('GITOPS_SOPS_KEY_ENTRY', 'its role is no ARN');
    }
    const client = new KMSClient({
      region,
      endpoint: this.address,
      requestHandler: guardedRequestHandler(this.request.http, signal),
      credentials: this.credentialsFor(region, role ? String(role) : undefined),
    });
    try {
      const { Plaintext: plain } = await client.send(
        new DecryptCommand({
          KeyId: String(arn),
          CiphertextBlob: Buffer.from(enc, 'base64'),
          EncryptionContext: contextOf(fields.context),
        }),
        { abortSignal: signal },
      );
      if (!plain?.length) {
        throw new SopsKeyError(
          'GITOPS_SOPS_KEY_ANSWER',
          'AWS answered without a data key',
        );
      }
      return plain;
    } catch (error) {
      signal.throwIfAborted();
      throw refused(error);
    } finally {
      client.destroy();
    }
  }

  private credentialsFor(
    region: string,
    role: string | undefined,
  ): () => Promise<AwsCredentials> {
    const id = `${region} ${role ?? ''}`;
    let found = this.credentials.get(id);
    if (!found) {
      const { keys, identity, request } = this;
      const own = keys
        ? async () => keys
        : identity.credentials({ ...request, region });
      found = role ? identity.assumed(role, own, { ...request, region }) : own;
      this.credentials.set(id, found);
    }
    return found;
  }
}

function readKeys({
  secret,
}: SopsKeyServiceRequest): S3Credentials | undefined {
  const file = readSopsKeyFile(secret, KEY_FILE);
  if (!file) {
    return undefined;
  }
  const read = (name: string) => {
    const value = file[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const accessKeyId = read('aws_access_key_id');
  const secretAccessKey = read('aws_secret_access_key');
  if (!accessKeyId || !secretAccessKey) {
    throw new SopsKeyError(
      'GITOPS_SOPS_KEY_CREDENTIAL',
      `key '${KEY_FILE}' of Secret ${secret?.name} needs aws_access_key_id and aws_secret_access_key`,
    );
  }
  const sessionToken = read('aws_session_token');
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** What the data key is bound to, beside the key. */
function contextOf(context: unknown): Record<string, string> | undefined {
  const entries = Object.entries(context ?? {});
  if (entries.some(([, value]) => typeof value !== 'string')) {
    throw new SopsKeyError(
      'GITOPS_SOPS_KEY_ENTRY',
      'its context has values that are no text',
    );
  }
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function refused(error: unknown): Error {
  assertError(error);
  if (error instanceof SopsKeyError || error instanceof NetworkError) {
    return error;
  }
  return error instanceof InputError || error instanceof NotAllowedError
    ? new SopsKeyError('GITOPS_SOPS_KEY_CREDENTIAL', error.message)
    : new SopsKeyError(
        'GITOPS_SOPS_KEY_REFUSED',
        `AWS did not open it: ${error.message} (${error.name})`,
      );
}
