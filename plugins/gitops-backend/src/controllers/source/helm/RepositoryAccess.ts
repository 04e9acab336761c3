import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  HelmRepositorySpec,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ConnectionSettings,
  SourceFetchError,
  SourceHome,
} from '@backstage-gitops/plugin-gitops-node';

/** What a repository is to be told, and how it is connected to. */
export interface RepositoryAccess {
  /** Value of the Authorization header. */
  authorization?: string;
  tls?: ConnectionSettings['tls'];
}

/**
 * Reads the Secrets of a HelmRepository (Flux 2.9): `username` and `password` of
 * `secretRef`; `tls.crt` with `tls.key`, and `ca.crt`, of `certSecretRef` or, as it
 * was once, of `secretRef` (the names `certFile`, `keyFile` and `caFile` are older
 * still). A user in the URL counts where `secretRef` names none.
 *
 * @throws SourceFetchError AuthenticationFailed
 */
export async function readRepositoryAccess(
  home: SourceHome,
  namespace: string,
  spec: Pick<HelmRepositorySpec, 'url' | 'secretRef' | 'certSecretRef'>,
): Promise<RepositoryAccess> {
  const read = async (name: string, what: string) => {
    const secret = await home.get<KubernetesObject>({
      apiVersion: 'v1',
      kind: 'Secret',
      name,
    });
    if (!secret) {
      throw failed(
        `failed to get ${what} secret '${namespace}/${name}': it does not exist`,
      );
    }
    return new SecretReader(secret, `secret '${namespace}/${name}'`);
  };
  const { secretRef, certSecretRef } = spec;
  let tls: RepositoryAccess['tls'];
  if (certSecretRef) {
    const secret = await read(certSecretRef.name, 'TLS authentication');
    tls = secret.tls();
    if (!tls) {
      throw failed(
        `failed to construct Helm client's TLS config: ${secret.where} has neither 'ca.crt' nor 'tls.crt' with 'tls.key'`,
      );
    }
  }
  let authorization = userInUrl(spec.url);
  if (secretRef) {
    const secret = await read(secretRef.name, 'authentication');
    authorization = secret.basicAuth() ?? authorization;
    tls ??= secret.tls();
  }
  return { authorization, tls };
}

class SecretReader {
  private readonly data: Record<string, unknown>;

  constructor(
    secret: KubernetesObject,
    readonly where: string,
  ) {
    this.data = (secret.data ?? {}) as Record<string, unknown>;
  }

  basicAuth(): string | undefined {
    const username = this.value('username');
    const password = this.value('password');
    if ((username === undefined) !== (password === undefined)) {
      throw failed(
        `failed to detect authentication methods: ${this.where} has only one of 'username' and 'password'; it needs both or neither`,
      );
    }
    // Helm sends nothing where one of them is empty.
    return username && password ? basic(username, password) : undefined;
  }

  tls(): RepositoryAccess['tls'] {
    const ca = this.value('ca.crt') ?? this.value('caFile');
    const certificate = this.value('tls.crt') ?? this.value('certFile');
    const privateKey = this.value('tls.key') ?? this.value('keyFile');
    if ((certificate === undefined) !== (privateKey === undefined)) {
      throw failed(
        `failed to construct Helm client's TLS config: ${this.where} has only one of 'tls.crt' and 'tls.key'; it needs both or neither`,
      );
    }
    if (ca === undefined && certificate === undefined) {
      return undefined;
    }
    try {
      if (ca !== undefined) {
        // A CA that is none would be passed over.
        void new X509Certificate(ca);
      }
      createSecureContext({ ca, cert: certificate, key: privateKey });
    } catch {
      // What OpenSSL says may quote what it read.
      throw failed(
        `failed to construct Helm client's TLS config: certificates or key of ${this.where} are no valid PEM, or do not belong together`,
      );
    }
    return { ca, certificate, privateKey };
  }

  private value(key: string): string | undefined {
    const encoded = this.data[key];
    return typeof encoded === 'string'
      ? Buffer.from(encoded, 'base64').toString('utf8')
      : undefined;
  }
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

function failed(message: string): SourceFetchError {
  return new SourceFetchError(message, {
    reason: Reason.AuthenticationFailed,
  });
}
