import { assertError } from '@backstage/errors';
import {
  HelmRepositorySpec,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ConnectionSettings,
  SecretData,
  SourceFetchError,
  SourceHome,
} from '@backstage-gitops/plugin-gitops-node';
import { readTls } from '../secrets/readConnection';
import { readSecret } from '../secrets/readSecret';

/** What a repository is to be told, and how it is connected to. */
export interface RepositoryAccess {
  /** Value of the Authorization header. */
  authorization?: string;
  tls?: ConnectionSettings['tls'];
}

const TLS_KEYS = [
  ...['tls.crt', 'tls.key', 'ca.crt'],
  ...['certFile', 'keyFile', 'caFile'],
];

/**
 * Reads the Secrets of a HelmRepository (Flux 2.9): `username` and `password` of
 * `secretRef`; `tls.crt` with `tls.key`, and `ca.crt`, of `certSecretRef` or, as it
 * was once, of `secretRef`. A user in the URL counts where `secretRef` names none.
 *
 * @throws SourceFetchError AuthenticationFailed
 */
export async function readRepositoryAccess(
  home: SourceHome,
  namespace: string,
  spec: Pick<HelmRepositorySpec, 'url' | 'secretRef' | 'certSecretRef'>,
): Promise<RepositoryAccess> {
  const { secretRef, certSecretRef } = spec;
  const certificates =
    certSecretRef &&
    (await authenticating(
      `failed to get TLS authentication secret '${namespace}/${certSecretRef.name}'`,
      () => readSecret(home, namespace, certSecretRef.name),
    ));
  const secret =
    secretRef && (await readAuthentication(home, namespace, secretRef.name));
  const deprecated =
    secret && TLS_KEYS.some(key => Object.hasOwn(secret.data, key))
      ? secret
      : undefined;
  const tlsSecret = certificates ?? deprecated;
  return {
    authorization: (secret && basicAuth(secret)) ?? userInUrl(spec.url),
    tls:
      tlsSecret &&
      (await authenticating(
        "failed to construct Helm client's TLS config",
        async () => readTls(tlsSecret),
      )),
  };
}

/** The Secret of `secretRef`. */
export function readAuthentication(
  home: SourceHome,
  namespace: string,
  name: string,
): Promise<SecretData> {
  return authenticating(
    `failed to get authentication secret '${namespace}/${name}'`,
    () => readSecret(home, namespace, name),
  );
}

/** Does what a credential depends on. */
export async function authenticating<T>(
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    assertError(error);
    throw new SourceFetchError(`${what}: ${error.message}`, {
      reason: Reason.AuthenticationFailed,
    });
  }
}

function basicAuth({ name, data }: SecretData): string | undefined {
  const { username, password } = data;
  if ((username === undefined) !== (password === undefined)) {
    throw new SourceFetchError(
      `failed to detect authentication methods: secret '${name}' has only one of 'username' and 'password'; it needs both or neither`,
      { reason: Reason.AuthenticationFailed },
    );
  }
  // Helm sends nothing where one of them is empty.
  return username?.length && password?.length
    ? basic(username.toString('utf8'), password.toString('utf8'))
    : undefined;
}

function userInUrl(text: string): string | undefined {
  const { username, password } = new URL(text);
  return username
    ? basic(decodeURIComponent(username), decodeURIComponent(password))
    : undefined;
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
