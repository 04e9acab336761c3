import { createHash } from 'node:crypto';
import {
  AddressGuard,
  ClusterAccess,
  ClusterClient,
  ConnectionError,
  createClusterClient,
  KubeConfigPolicy,
  loadKubeConfig,
} from '@backstage-gitops/kubernetes-apply';
import { KubeConfigReference } from '@backstage-gitops/plugin-gitops-common';
import {
  ClusterAccess as Access,
  ClusterAccessProvider,
  HttpConnections,
} from '@backstage-gitops/plugin-gitops-node';
import { assertError } from '@backstage/errors';
import { Home } from '../homes/Home';
import { Homes } from '../homes/Homes';
import { pause } from '../util/pause';
import { clusterAddress } from './clusterAddress';
import { clusterUidOf } from './clusterUidOf';
import { genericAccess } from './genericAccess';
import { IssuedAccess } from './IssuedAccess';
import { ClusterSettings, readClusterSettings } from './readClusterSettings';
import { readKubeConfig } from './readKubeConfig';
import { readServiceAccount, TargetServiceAccount } from './serviceAccount';
import { SilentTargetError, TargetError } from './TargetError';

/** What {@link Targets} is made of. */
export interface TargetsOptions {
  homes: Pick<Homes, 'find'>;
  /** Asked for each address that is connected to. */
  guard: AddressGuard;
  /** For providers. */
  connections: HttpConnections;
  /** Those that modules bring. */
  providers?: readonly ClusterAccessProvider[];
  /** What a kubeconfig of a Secret may ask for. */
  policy?: Pick<KubeConfigPolicy, 'allowExec' | 'allowInsecure'>;
  /** How long a target may take for its first answer. */
  answerMs?: number;
  /** Targets that are kept at most. */
  maxTargets?: number;
  now?: () => number;
}

/** Which target, seen from an object. */
export interface TargetRequest {
  home: Home;
  /** Of the object, and of what it refers to. */
  namespace: string;
  kubeConfig: KubeConfigReference;
  signal: AbortSignal;
}

interface Opened {
  client: ClusterClient;
  /** Where the credential does not last, or the address is looked up. */
  access?: IssuedAccess;
}

interface Kept {
  opened: Promise<Opened>;
  usedAt: number;
  /** A look at the cluster that is under way. */
  looking?: Promise<string | undefined>;
  /** It did not answer, and is left alone until then. */
  silent?: { error: Error; until: number };
}

/** A target that has answered just now. */
export interface OpenTarget {
  /** With the credential of the target itself. */
  client: ClusterClient;
  /** UID of its namespace kube-system; undefined where that may not be seen. */
  clusterUid?: string;
}

const USER_AGENT = 'backstage-gitops';
/** Nobody asked for it for so long: its connections are closed. */
const IDLE_MS = 900_000;
const MAX_TARGETS = 250;
/** As Flux's. */
const REQUEST_TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
/** How long a target may take for its first answer; its run holds a worker. */
const ANSWER_MS = 10_000;
/** One that did not answer is asked again after so long, whoever wants to. */
const SILENT_MS = 10_000;
const CLOSE_MS = 1_000;
const ISSUE_TIMEOUT_MS = 60_000;
/** Modules that bring what a provider of a ConfigMap names. */
const MODULES: Readonly<Record<string, string>> = {
  aws: '@backstage-gitops/plugin-gitops-backend-module-aws',
  azure: '@backstage-gitops/plugin-gitops-backend-module-azure',
  gcp: '@backstage-gitops/plugin-gitops-backend-module-gcp',
};

/**
 * The clusters besides the home that deliveries apply to, by `spec.kubeConfig`.
 * What it refers to is read anew each time; equal contents are one client, with
 * its connections and discovery. Credentials by ServiceAccounts are never shared
 * beyond the namespace whose account it is. A cluster that does not answer is asked
 * every now and then only, so that its deliveries do not take all the workers.
 */
export class Targets {
  private readonly options: TargetsOptions;
  private readonly now: () => number;
  /** By a digest, so that no credential is kept as a key. Last used last. */
  private readonly kept = new Map<string, Kept>();

  constructor(options: TargetsOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  /**
   * A target that answers.
   *
   * @throws TargetError, or ClusterError of the target or the home
   */
  async open(request: TargetRequest): Promise<OpenTarget> {
    const { secretRef, configMapRef } = request.kubeConfig;
    if (secretRef) {
      return this.bySecret(request, secretRef);
    }
    if (configMapRef) {
      return this.bySettings(request, configMapRef.name);
    }
    throw new TargetError(
      'spec.kubeConfig names neither a Secret nor a ConfigMap; set secretRef or configMapRef',
    );
  }

  /** How many are kept open. */
  get size(): number {
    return this.kept.size;
  }

  async close(): Promise<void> {
    const all = [...this.kept.values()];
    this.kept.clear();
    await Promise.all(all.map(closeQuietly));
  }

  private async bySecret(
    { home, namespace, signal }: TargetRequest,
    secretRef: { name: string; key?: string },
  ): Promise<OpenTarget> {
    const { text, where } = await readKubeConfig({
      client: home.client,
      ...{ namespace, secretRef, signal },
    });
    return this.keep(digestOf(['kubeconfig', text]), signal, async () => {
      try {
        const access = await loadKubeConfig(text, {
          ...this.options.policy,
          // It is connected to through the guard, too.
          allowProxy: true,
        });
        return { client: this.connect(access) };
      } catch (error) {
        assertError(error);
        const { hint } = error as { hint?: string };
        throw new TargetError(
          `${where} cannot be used: ${error.message}${hint ? `; ${hint}` : ''}`,
          error,
        );
      }
    });
  }

  private async bySettings(
    { home, namespace, signal }: TargetRequest,
    name: string,
  ): Promise<OpenTarget> {
    const settings = await readClusterSettings({
      client: home.client,
      ...{ namespace, name, signal },
    });
    const provider = this.providerOf(settings.provider);
    // A token is asked for later, too, when the run that began it is over.
    const client = this.options.homes.find(home.name)?.client ?? home.client;
    const serviceAccount = settings.serviceAccountName
      ? await readServiceAccount({
          ...{ client, namespace, signal },
          name: settings.serviceAccountName,
        })
      : undefined;
    const access = new IssuedAccess({
      issue: () =>
        this.issue({ namespace, settings, serviceAccount, provider }),
      now: this.now,
    });
    const key = digestOf([
      ...['provider', home.name, namespace],
      settings,
      serviceAccount && [serviceAccount.uid, serviceAccount.annotations],
    ]);
    return this.keep(key, signal, async () => {
      await access.current();
      return { client: this.connect(access), access };
    });
  }

  private providerOf(name: string): ClusterAccessProvider | 'generic' {
    if (name === 'generic') {
      return 'generic';
    }
    const found = this.options.providers?.find(
      ({ provider }) => provider === name,
    );
    if (!found) {
      throw new TargetError(
        MODULES[name]
          ? `no module of the portal logs in to clusters of '${name}'; install ${MODULES[name]}`
          : `there is no provider '${name}'; the key provider of the ConfigMap must be aws, azure, gcp or generic`,
      );
    }
    return found;
  }

  private async issue(request: {
    namespace: string;
    settings: ClusterSettings;
    serviceAccount?: TargetServiceAccount;
    provider: ClusterAccessProvider | 'generic';
  }): Promise<Access> {
    const { namespace, settings, serviceAccount, provider } = request;
    if (provider === 'generic') {
      return genericAccess({ ...settings, serviceAccount });
    }
    const { address, audiences } = settings;
    if (address && !serviceAccount) {
      // Whoever writes the ConfigMap would be sent what the portal is known by.
      throw new TargetError(
        'an address can be named together with serviceAccountName only; remove the key address of the ConfigMap, so that it is looked up, or add serviceAccountName',
      );
    }
    const http = this.options.connections.open();
    try {
      const access = await provider.access({
        ...{ namespace, http, audiences },
        cluster: settings.cluster,
        address: address && clusterAddress(address),
        certificateAuthority: settings.certificateAuthority,
        serviceAccount: serviceAccount && {
          ...serviceAccount,
          token: usual =>
            serviceAccount.token(audiences.length > 0 ? audiences : usual),
        },
        signal: AbortSignal.timeout(ISSUE_TIMEOUT_MS),
        now: this.now,
      });
      const { connection } = access;
      const server = clusterAddress(connection.server);
      return { ...access, connection: { ...connection, server } };
    } finally {
      http.release();
    }
  }

  private connect(access: ClusterAccess): ClusterClient {
    return createClusterClient({
      kubeConfig: access,
      guard: this.options.guard,
      userAgent: USER_AGENT,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      maxAttempts: ATTEMPTS,
    });
  }

  private async keep(
    key: string,
    signal: AbortSignal,
    open: () => Promise<Opened>,
  ): Promise<OpenTarget> {
    const known = this.kept.get(key);
    const kept = known ?? { opened: open(), usedAt: 0 };
    kept.usedAt = this.now();
    this.kept.delete(key);
    this.kept.set(key, kept);
    this.closeIdle();
    let opened: Opened;
    let isThere: boolean;
    try {
      opened = await kept.opened;
      const { client, access } = opened;
      isThere = !known || !access || isAt(await access.current(), client);
    } catch (error) {
      this.drop(key, kept);
      throw error;
    }
    if (!isThere) {
      // The cloud has moved it.
      this.drop(key, kept);
      return this.keep(key, signal, open);
    }
    const { client } = opened;
    return { client, clusterUid: await this.look(kept, client, signal) };
  }

  /** Whoever wants to know while somebody looks waits for that. */
  private async look(
    kept: Kept,
    client: ClusterClient,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (kept.silent && this.now() < kept.silent.until) {
      throw kept.silent.error;
    }
    kept.looking ??= this.ask(client)
      .then(
        uid => {
          kept.silent = undefined;
          return uid;
        },
        error => {
          if (isSilence(error)) {
            kept.silent = { error, until: this.now() + SILENT_MS };
          }
          throw error;
        },
      )
      .finally(() => {
        kept.looking = undefined;
      });
    const uid = await kept.looking;
    signal.throwIfAborted();
    return uid;
  }

  private async ask(client: ClusterClient): Promise<string | undefined> {
    const late = new AbortController();
    const answerMs = this.options.answerMs ?? ANSWER_MS;
    const look = () => clusterUidOf(client, { signal: late.signal });
    // A connection that was kept open may have been closed over there.
    const answer = look().catch(error =>
      error instanceof ConnectionError && !late.signal.aborted
        ? look()
        : Promise.reject(error),
    );
    let timer: NodeJS.Timeout | undefined;
    // A request that has no connection yet does not hear its signal.
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new SilentTargetError(
          `no answer from ${client.server} within ${answerMs / 1000} s; the cluster is asked again later`,
        );
        late.abort(error);
        reject(error);
      }, answerMs);
    });
    try {
      return await Promise.race([answer, silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  private drop(key: string, kept: Kept): void {
    if (this.kept.get(key) === kept) {
      this.kept.delete(key);
    }
    closeQuietly(kept).catch(() => {});
  }

  /** Requests under way finish; whoever still has a client opens a connection. */
  private closeIdle(): void {
    const max = this.options.maxTargets ?? MAX_TARGETS;
    for (const [key, kept] of this.kept) {
      const isIdle = kept.usedAt < this.now() - IDLE_MS;
      if (!isIdle && this.kept.size <= max) {
        break;
      }
      this.drop(key, kept);
    }
  }
}

/** Not for a credential that is refused: the next may be right. */
function isSilence(error: unknown): boolean {
  return error instanceof SilentTargetError || error instanceof ConnectionError;
}

function isAt({ connection }: Access, { server }: ClusterClient): boolean {
  return new URL(connection.server).href === new URL(server).href;
}

/** What is under way ends by itself; nobody waits for a cluster that is silent. */
async function closeQuietly({ opened }: Kept): Promise<void> {
  try {
    const { client } = await opened;
    const enough = new AbortController();
    await Promise.race([
      client.close(),
      pause(CLOSE_MS, enough.signal),
    ]).finally(() => enough.abort());
  } catch {
    // It was never open.
  }
}

function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
