import { assertError } from '@backstage/errors';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  ConditionType,
  GitRepository,
  GitRepositorySpec,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  FetchContext,
  FetchRetry,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { SecretData } from '../access/SecretData';
import { GitCheckout } from '../GitCheckout';
import { SignedObject, signatureTypeOf } from './signedObject';
import { verifyOpenPgp } from './verifyOpenPgp';
import { verifySsh } from './verifySsh';

type Context = FetchContext<GitRepository>;

const SSH_KEYS = '.sshpub';
const PGP_KEYS = '.asc';

/** Keys of those whose signatures count. */
interface TrustedKeys {
  keyRings: string[];
  authorizedKeys: string[];
}

/** What has to be signed; undefined where nothing has to be. */
export function verificationMode(
  spec: GitRepositorySpec,
): 'HEAD' | 'Tag' | 'TagAndHEAD' | undefined {
  const mode = spec.verify && (spec.verify.mode ?? 'HEAD');
  return mode === 'head' ? 'HEAD' : mode;
}

/**
 * Verifies what `spec.verify` wants signed: the commit, the tag, or both (Flux
 * 2.9). Says so in the condition SourceVerified, or takes it away where nothing
 * is to be verified.
 *
 * @throws SourceFetchError of the condition SourceVerified
 */
export async function verifySource(
  context: Context,
  checkout: GitCheckout,
): Promise<void> {
  const mode = verificationMode(context.object.spec);
  if (!mode) {
    context.verified(false);
    return;
  }
  const keys = await readKeys(context);
  const lines: string[] = [];
  if (mode !== 'HEAD') {
    const { name, key } = await verifyTag(checkout, keys);
    lines.push(`\t- tag '${name}' with key '${key}'`);
  }
  if (mode !== 'Tag') {
    const { oid } = checkout.commit;
    const key = await verifyObject(await checkout.signedCommit(), keys).catch(
      failsAs(
        Reason.InvalidCommitSignature,
        `signature verification of commit '${oid}' failed`,
      ),
    );
    lines.push(`\t- commit '${oid}' with key '${key}'`);
  }
  context.verified(['verified signature of', ...lines].join('\n'));
}

async function verifyTag(
  checkout: GitCheckout,
  keys: TrustedKeys,
): Promise<{ name: string; key: string }> {
  const { tag } = checkout.target;
  if (!tag) {
    throw failure(
      Reason.InvalidVerificationMode,
      "cannot verify tag object's signature if a tag reference is not specified",
      'stall',
    );
  }
  const name = tag.oid ? `${tag.name}@${tag.oid}` : tag.name;
  const object = await checkout.signedTag();
  if (!object?.signature) {
    throw failure(
      Reason.InvalidGitObject,
      `cannot verify signature of tag '${name}' since it is not signed`,
    );
  }
  const key = await verifyObject(object, keys).catch(
    failsAs(
      Reason.InvalidTagSignature,
      `signature verification of tag '${name}' failed`,
    ),
  );
  return { name, key };
}

/** Gives the key that signed. */
async function verifyObject(
  { payload, signature }: SignedObject,
  { keyRings, authorizedKeys }: TrustedKeys,
): Promise<string> {
  const type = signatureTypeOf(signature);
  if (type === 'openpgp') {
    if (keyRings.length === 0) {
      throw new Error(
        `PGP signature detected but no PGP public keys found in secret (keys with ${PGP_KEYS} suffix)`,
      );
    }
    return verifyOpenPgp({ payload, signature: signature! }, keyRings);
  }
  if (type === 'ssh') {
    if (authorizedKeys.length === 0) {
      throw new Error(
        `SSH signature detected but no SSH public keys found in secret (keys with ${SSH_KEYS} suffix)`,
      );
    }
    return verifySsh({ payload, signature: signature! }, authorizedKeys);
  }
  throw new Error(`unsupported signature type: ${type}`);
}

async function readKeys(context: Context): Promise<TrustedKeys> {
  const { name } = context.object.spec.verify!.secretRef;
  const found = await context.home.get<KubernetesObject>({
    ...{ apiVersion: 'v1', kind: 'Secret', name },
  });
  if (!found) {
    throw failure(
      Reason.VerificationError,
      `public keys secret error: Secret ${context.namespace}/${name} not found`,
    );
  }
  const secret = new SecretData(found);
  const valuesOf = (isSsh: boolean) =>
    secret.keys
      .filter(key => key.endsWith(SSH_KEYS) === isSsh)
      .map(key => secret.value(key))
      .filter(value => value !== undefined);
  return { keyRings: valuesOf(false), authorizedKeys: valuesOf(true) };
}

function failsAs(reason: string, what: string) {
  return (error: unknown): never => {
    assertError(error);
    throw failure(reason, `${what}: ${error.message}`);
  };
}

function failure(
  reason: string,
  message: string,
  retry: FetchRetry = 'backoff',
): SourceFetchError {
  return new SourceFetchError(message, {
    condition: ConditionType.SourceVerified,
    ...{ reason, retry },
  });
}
