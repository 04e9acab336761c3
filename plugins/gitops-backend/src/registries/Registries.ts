import { Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  CloudServiceAccount,
  ConnectionSettings,
  HttpConnections,
  RegistryCredentialSupplier,
  SourceFetchError,
  SourceHome,
} from '@backstage-gitops/plugin-gitops-node';
import { NotFoundError } from '@backstage/errors';
import { findServiceAccount } from '../controllers/source/secrets/findServiceAccount';
import {
  readProxy,
  readTls,
} from '../controllers/source/secrets/readConnection';
import { readSecret } from '../controllers/source/secrets/readSecret';
import { failingAs } from '../util/failingAs';
import { CloudLogins } from './CloudLogins';
import { anonymous, DockerConfigKeychain, Keychain } from './Keychain';
import { RegistryMirror } from './mirrors';
import { readPullSecrets } from './readPullSecrets';
import { parseRepository } from './reference';
import { RegistryClient } from './RegistryClient';
import { memoryKey } from '../secrets/memoryKey';
import { RegistryMemory } from './RegistryMemory';

/** The fields by which objects say how a registry is reached. */
export interface RegistrySpec {
  /** `oci://…` */
  url: string;
  provider?: string;
  secretRef?: { name: string };
  serviceAccountName?: string;
  certSecretRef?: { name: string };
  proxySecretRef?: { name: string };
  insecure?: boolean;
}

/** From where an object looks at a registry. */
export interface RegistryContext {
  home: SourceHome;
  namespace: string;
  connections: HttpConnections;
  signal: AbortSignal;
  now(): number;
}

const GENERIC = 'generic';

/** Opens registries for objects; one per process, for what it remembers. */
export class Registries {
  private readonly memory: RegistryMemory;
  private readonly logins: CloudLogins;
  private readonly mirrors: readonly RegistryMirror[];

  constructor(
    options: {
      suppliers?: readonly RegistryCredentialSupplier[];
      mirrors?: readonly RegistryMirror[];
      now?: () => number;
    } = {},
  ) {
    this.mirrors = options.mirrors ?? [];
    this.memory = new RegistryMemory({ now: options.now });
    this.logins = new CloudLogins(options);
  }

  /**
   * Reads what the references of an object lead to, in the order and words of
   * Flux 2.9 (source-controller 1.9); nothing is asked of the registry yet.
   *
   * @param known - who one is, where the caller has read `secretRef` itself
   * @throws SourceFetchError AuthenticationFailed, InvalidProviderConfiguration
   */
  async open(
    context: RegistryContext,
    spec: RegistrySpec,
    known?: Keychain,
  ): Promise<RegistryClient> {
    const { home, namespace, connections, signal } = context;
    const { certSecretRef, proxySecretRef, insecure } = spec;
    const auths = known
      ? undefined
      : await authenticating('failed to get credential', () =>
          readPullSecrets(home, namespace, spec),
        );
    const proxy =
      proxySecretRef &&
      (await authenticating('failed to get proxy address', async () =>
        readProxy(await readSecret(home, namespace, proxySecretRef.name)),
      ));
    const keychain = auths
      ? new DockerConfigKeychain(auths)
      : (known ?? (await this.login(context, spec, proxy && { proxy })));
    const tls =
      certSecretRef &&
      (await authenticating(
        `failed to generate transport for '${spec.url}'`,
        async () =>
          readTls(await readSecret(home, namespace, certSecretRef.name)),
      ));
    return new RegistryClient({
      connections,
      connection: { ...(tls && { tls }), ...(proxy && { proxy }) },
      ...{ keychain, insecure, signal },
      memory: this.memory,
      mirrors: this.mirrors,
      now: () => context.now(),
    });
  }

  /** Without pull secrets, the cloud of `spec.provider` says who one is. */
  private async login(
    context: RegistryContext,
    spec: RegistrySpec,
    connection: ConnectionSettings = {},
  ): Promise<Keychain> {
    const { provider = GENERIC, serviceAccountName } = spec;
    if (provider === GENERIC) {
      return anonymous;
    }
    if (!this.logins.has(provider)) {
      throw new SourceFetchError(
        `nothing is installed that logs in to registries with provider '${provider}'; add the module gitops-backend-module-${provider} to the backend, or use provider generic with spec.secretRef`,
        { reason: Reason.InvalidProviderConfiguration, retry: 'stall' },
      );
    }
    const registry = registryOf(spec.url);
    if (registry === undefined) {
      // What is wrong with the address is said where it is read.
      return anonymous;
    }
    const http = context.connections.open(connection);
    try {
      return await authenticating(
        `failed to get credential from ${provider}`,
        async () =>
          this.logins.login(
            provider,
            {
              ...{ registry, http, signal: context.signal },
              serviceAccount: serviceAccountName
                ? await readServiceAccount(context, serviceAccountName)
                : undefined,
              now: () => context.now(),
            },
            memoryKey(context.home.name, connection),
          ),
      );
    } finally {
      http.release();
    }
  }
}

async function readServiceAccount(
  { home, namespace }: RegistryContext,
  name: string,
): Promise<CloudServiceAccount> {
  const account = await findServiceAccount(home, namespace, name);
  if (!account) {
    throw new NotFoundError(`serviceaccount '${namespace}/${name}' not found`);
  }
  return account;
}

function registryOf(url: string): string | undefined {
  try {
    return parseRepository(url.replace(/^oci:\/\//, '')).registry;
  } catch {
    return undefined;
  }
}

async function authenticating<T>(
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await failingAs(what, work);
  } catch (error) {
    throw new SourceFetchError((error as Error).message, {
      reason: Reason.AuthenticationFailed,
    });
  }
}
