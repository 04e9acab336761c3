import { assertError } from '@backstage/errors';
import { OCIRepositoryVerification } from '@backstage-gitops/plugin-gitops-common';
import { SecretData } from '@backstage-gitops/plugin-gitops-node';
import { Bundle } from '@sigstore/bundle';
import {
  findSignatures,
  SimpleSignature,
} from '../../../registries/cosign/findSignatures';
import { SignatureError } from '../../../registries/cosign/SignatureError';
import {
  readPublicKey,
  verifyByKey,
} from '../../../registries/cosign/verifyByKey';
import {
  readKeylessPolicy,
  verifyKeyless,
} from '../../../registries/cosign/verifyKeyless';
import {
  formatReference,
  RegistryRepository,
} from '../../../registries/reference';
import { RegistryClient } from '../../../registries/RegistryClient';

const TRUSTED_ROOT = 'trusted_root.json';

type Check = (signed: SimpleSignature | Bundle) => void;

/** What {@link verifySignature} looks at. */
export interface VerifySignatureOptions {
  verify: OCIRepositoryVerification;
  client: RegistryClient;
  repository: RegistryRepository;
  digest: string;
  /** Reads a Secret of the object's namespace that must be there. */
  readSecret(name: string): Promise<SecretData>;
}

/** Name of a provider as Flux writes it in messages. */
export function describeProvider(verify: OCIRepositoryVerification): string {
  return verify.provider === 'cosign' && !verify.secretRef
    ? 'cosign keyless'
    : verify.provider;
}

/**
 * Verifies that a manifest is signed as `spec.verify` wants it (Flux 2.9): by one
 * of the keys of a Secret, or with a certificate of Sigstore.
 *
 * @throws where it is not; also where that cannot be found out
 */
export async function verifySignature(
  options: VerifySignatureOptions,
): Promise<void> {
  const { verify, client, repository, digest } = options;
  if (verify.provider !== 'cosign') {
    throw new SignatureError(
      `unsupported verification provider: ${verify.provider}; signatures of cosign can be verified`,
    );
  }
  const check = verify.secretRef
    ? await checkByKeys(options, verify.secretRef.name)
    : await checkKeyless(options);
  const found = await findSignatures(client, repository, digest);
  const signatures: readonly (SimpleSignature | Bundle)[] =
    found.type === 'bundles' ? found.bundles : found.signatures;
  let problem = 'the registry has no signature of it';
  for (const signed of signatures) {
    try {
      check(signed);
      return;
    } catch (error) {
      assertError(error);
      problem = error.message;
    }
  }
  throw new SignatureError(
    `no matching signatures were found for '${formatReference(repository, digest)}': ${problem}`,
  );
}

async function checkByKeys(
  { readSecret, digest }: VerifySignatureOptions,
  name: string,
): Promise<Check> {
  const secret = await readSecret(name);
  const keys = Object.keys(secret.data)
    .filter(key => key.endsWith('.pub'))
    .sort()
    .map(key =>
      readPublicKey(secret.data[key], `'${key}' of secret '${secret.name}'`),
    );
  if (keys.length === 0) {
    throw new SignatureError(
      `secret '${secret.name}' holds no public key; its name must end with .pub`,
    );
  }
  return signed => {
    const failures = keys.map(key => {
      try {
        verifyByKey(signed, digest, key);
        return undefined;
      } catch (error) {
        assertError(error);
        return error;
      }
    });
    if (!failures.includes(undefined)) {
      throw failures[failures.length - 1];
    }
  };
}

async function checkKeyless({
  verify,
  readSecret,
  digest,
}: VerifySignatureOptions): Promise<Check> {
  const { trustedRootSecretRef, matchOIDCIdentity = [] } = verify;
  if (!trustedRootSecretRef) {
    throw new SignatureError(
      `keyless signatures need a trusted root; put one into a Secret under '${TRUSTED_ROOT}' and name it in spec.verify.trustedRootSecretRef`,
    );
  }
  const secret = await readSecret(trustedRootSecretRef.name);
  const root = secret.data[TRUSTED_ROOT];
  if (!root) {
    throw new SignatureError(
      `failed to read trusted root from secret '${secret.name}': '${TRUSTED_ROOT}' not found in secret '${secret.name}'`,
    );
  }
  const policy = readKeylessPolicy(root, matchOIDCIdentity);
  return signed => verifyKeyless(signed, digest, policy);
}
