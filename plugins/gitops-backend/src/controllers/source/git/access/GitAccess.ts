import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { GitRepository, Reason } from '@backstage-gitops/plugin-gitops-common';
import {
  ConnectionSettings,
  FetchContext,
  SourceFetchError,
} from '@backstage-gitops/plugin-gitops-node';
import { IntegrationCredentials } from '../../../../integrations/IntegrationCredentials';
import { GitService, GitTransport } from '../GitTransport';
import { basic, readTls } from './credentials';
import { isGithubApp, readGithubApp } from './githubApp';
import { GithubTokens } from './GithubTokens';
import { isSsh, openGitTransport } from './openGitTransport';
import { readProxy } from './readProxy';
import { SecretData } from './SecretData';

/** What is needed to reach a repository. */
export type GitAccessContext = Pick<
  FetchContext<GitRepository>,
  'object' | 'namespace' | 'home' | 'connections' | 'guard' | 'signal' | 'now'
>;

/** The user that a token of an app goes with. */
const APP_USER = 'x-access-token';

/** Where credentials come from, beside Secrets. */
export interface GitCredentials {
  tokens: GithubTokens;
  /** For repositories without a Secret. */
  integrations?: Pick<IntegrationCredentials, 'authorizationFor'>;
}

/**
 * How the repository of a GitRepository is reached, and those that its
 * submodules are in: with the credentials of `spec.secretRef` where the host is
 * the same, and through the proxy of `spec.proxySecretRef`.
 */
export class GitAccess {
  private readonly context: GitAccessContext;
  private readonly secret: KubernetesObject | undefined;
  /** Of an app. */
  private readonly authorization: string | undefined;
  private readonly proxy: ConnectionSettings['proxy'];
  private readonly integrations: GitCredentials['integrations'];

  private constructor(options: {
    context: GitAccessContext;
    secret: KubernetesObject | undefined;
    authorization: string | undefined;
    proxy: ConnectionSettings['proxy'];
    integrations: GitCredentials['integrations'];
  }) {
    this.context = options.context;
    this.secret = options.secret;
    this.authorization = options.authorization;
    this.proxy = options.proxy;
    this.integrations = options.integrations;
  }

  /**
   * Reads the Secrets, and asks for a token where one is needed.
   *
   * @throws SourceFetchError
   */
  static async read(
    context: GitAccessContext,
    { tokens, integrations }: GitCredentials,
  ): Promise<GitAccess> {
    const { spec } = context.object;
    const proxySecret = await readSecret(context, 'proxySecretRef');
    const proxy = proxySecret && readProxy(new SecretData(proxySecret));
    const secret = await readSecret(context, 'secretRef');
    const data = secret && new SecretData(secret);
    let authorization: string | undefined;
    if (spec.provider === 'github') {
      authorization = await appAuthorization(context, data, proxy, tokens);
    } else if (data && isGithubApp(data)) {
      throw new SourceFetchError(
        `secretRef '${context.namespace}/${spec.secretRef!.name}' has github app data but provider is not set to github`,
        { reason: Reason.InvalidProviderConfiguration },
      );
    }
    return new GitAccess({
      ...{ context, secret, authorization, proxy },
      integrations: secret ? undefined : integrations,
    });
  }

  /**
   * The way to the repository, or to another one, to fetch or to push. What the
   * configuration grants is asked for anew: it may grant one repository of a host
   * and not another.
   *
   * @throws GitCredentialError, SshAddressError, NetworkError
   */
  async open(
    url = this.context.object.spec.url,
    service?: GitService,
  ): Promise<GitTransport> {
    const { connections, guard, signal, namespace, home } = this.context;
    const { proxy } = this;
    const isOwn = isSameHost(url, this.context.object.spec.url);
    const authorization =
      (isOwn ? this.authorization : undefined) ??
      (await this.integrations?.authorizationFor({
        ...{ url, namespace, home: home.name },
      }));
    return openGitTransport({
      ...{ url, connections, guard, signal, service },
      secret: isOwn ? this.secret : undefined,
      ...(authorization !== undefined && { authorization }),
      ...(proxy && { proxy }),
    });
  }
}

/** A credential goes where it was meant to go: to the scheme, host and port. */
function isSameHost(a: string, b: string): boolean {
  const [first, second] = [new URL(a), new URL(b)];
  return first.protocol === second.protocol && first.host === second.host;
}

async function appAuthorization(
  context: GitAccessContext,
  secret: SecretData | undefined,
  proxy: ConnectionSettings['proxy'],
  tokens: GithubTokens,
): Promise<string> {
  if (!secret || !isGithubApp(secret)) {
    throw new SourceFetchError(
      'secretRef with github app data must be specified when provider is set to github',
      {
        reason: Reason.InvalidProviderConfiguration,
        retry: secret ? 'backoff' : 'stall',
      },
    );
  }
  if (isSsh(context.object.spec.url)) {
    throw new SourceFetchError(
      'provider github gives a token, which goes with an address that begins with https://; change spec.url',
      { reason: Reason.InvalidProviderConfiguration, retry: 'stall' },
    );
  }
  const app = readGithubApp(secret);
  const tls = readTls(secret);
  const client = context.connections.open({
    ...(tls && { tls }),
    ...(proxy && { proxy }),
  });
  try {
    const { signal } = context;
    const now = () => context.now();
    return basic(APP_USER, await tokens.get(app, { client, now, signal }));
  } finally {
    client.release();
  }
}

async function readSecret(
  context: GitAccessContext,
  field: 'secretRef' | 'proxySecretRef',
): Promise<KubernetesObject | undefined> {
  const name = context.object.spec[field]?.name;
  if (!name) {
    return undefined;
  }
  const reference = { apiVersion: 'v1', kind: 'Secret', name };
  const secret = await context.home.get<KubernetesObject>(reference);
  if (!secret) {
    throw new SourceFetchError(
      `Secret ${context.namespace}/${name} not found; create it or correct spec.${field}`,
      { reason: Reason.AuthenticationFailed },
    );
  }
  return secret;
}
