import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import {
  HttpConnections,
  SecretData,
  SopsKeyError,
  SopsKeyServiceProvider,
  SourceHome,
} from '@backstage-gitops/plugin-gitops-node';
import { Home } from '../../../homes/Home';
import { AgeKeyService } from '../../../secrets/sops/AgeKeyService';
import { PgpKeyService } from '../../../secrets/sops/PgpKeyService';
import { SopsError } from '../../../secrets/sops/SopsError';
import { NamespaceReader } from '../../source/NamespaceReader';
import { findServiceAccount } from '../../source/secrets/findServiceAccount';
import { findSecret } from '../../source/secrets/readSecret';
import { Decryptor } from './Decryptor';
import { KeyServiceOnDemand } from './KeyServiceOnDemand';

/** Who opens data keys beside age and OpenPGP, and how they are reached. */
export interface KeyServices {
  /** One for each type of keys. */
  providers: readonly SopsKeyServiceProvider[];
  connections: HttpConnections;
}

/**
 * Reads the keys of `spec.decryption.secretRef`: `*.agekey` and `*.asc`; what else
 * it holds, and `spec.decryption.serviceAccountName`, is for key services, which are
 * opened when a file needs them (Flux 2.9).
 *
 * @returns what must be closed
 * @throws SopsError
 */
export async function openDecryptor(options: {
  home: Home;
  object: Kustomization;
  keyServices: KeyServices;
  signal: AbortSignal;
}): Promise<Decryptor> {
  const { home, object, keyServices, signal } = options;
  const { namespace = 'default' } = object.metadata;
  const { secretRef, serviceAccountName } = object.spec.decryption ?? {};
  const reader = new NamespaceReader(home, namespace, signal);
  const secret =
    secretRef && (await readKeys(reader, namespace, secretRef.name));
  const http = keyServices.connections.open();
  const services = keyServices.providers.map(
    provider =>
      new KeyServiceOnDemand({
        type: provider.type,
        open: async () =>
          provider.open({
            ...{ namespace, secret, http, signal, now: Date.now },
            serviceAccount: serviceAccountName
              ? await readServiceAccount(reader, namespace, serviceAccountName)
              : undefined,
          }),
      }),
  );
  try {
    return new Decryptor({
      services: [...(await ownServices(secret)), ...services],
      ...{ signal, close: () => http.release() },
    });
  } catch (error) {
    http.release();
    throw error;
  }
}

async function readKeys(
  reader: SourceHome,
  namespace: string,
  name: string,
): Promise<SecretData> {
  const secret = await findSecret(reader, namespace, name);
  if (!secret) {
    throw new SopsError(
      'SOPS_KEY',
      `Secret ${namespace}/${name} not found; create it or correct spec.decryption.secretRef`,
    );
  }
  return secret;
}

async function readServiceAccount(
  reader: SourceHome,
  namespace: string,
  name: string,
) {
  const account = await findServiceAccount(reader, namespace, name);
  if (!account) {
    throw new SopsKeyError(
      'GITOPS_SOPS_KEY_CREDENTIAL',
      `ServiceAccount ${namespace}/${name} not found; create it or correct spec.decryption.serviceAccountName`,
    );
  }
  return account;
}

/** Those that ask nobody. */
async function ownServices(secret: SecretData | undefined) {
  const age = new AgeKeyService();
  const pgp = new PgpKeyService();
  for (const [key, value] of Object.entries(secret?.data ?? {})) {
    const where = `key '${key}' of Secret ${secret?.name}`;
    if (key.endsWith('.agekey')) {
      age.add(value.toString('utf8'), where);
    } else if (key.endsWith('.asc')) {
      await pgp.add(value.toString('utf8'), where);
    }
  }
  return [age, pgp];
}
