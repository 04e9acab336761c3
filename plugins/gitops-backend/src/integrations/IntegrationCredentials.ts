import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  AzureDevOpsCredentialsProvider,
  DefaultAzureDevOpsCredentialsProvider,
  DefaultGithubCredentialsProvider,
  DefaultGitlabCredentialsProvider,
  getBitbucketCloudOAuthToken,
  GithubCredentialsProvider,
  GitlabCredentialsProvider,
  ScmIntegrations,
} from '@backstage/integration';
import { commitUrl } from './commitUrl';
import {
  addressesOf,
  below,
  findIntegration,
  IntegrationApi,
  IntegrationRefusal,
  PullRequestIntegration,
} from './IntegrationApi';
import {
  IntegrationRule,
  isCovered,
  readIntegrationRules,
} from './IntegrationRule';

/**
 * The credentials of Backstage's `integrations`, for Git and for pull requests. They are the portal's,
 * so no object gets them by naming a repository: only namespaces and repositories
 * that `gitops.integrations` lists do.
 */
export class IntegrationCredentials {
  private readonly rules: readonly IntegrationRule[];
  private readonly integrations: ScmIntegrations;
  /** They keep the tokens that they were given for a while. */
  private readonly github: GithubCredentialsProvider;
  private readonly gitlab: GitlabCredentialsProvider;
  private readonly azure: AzureDevOpsCredentialsProvider;

  private constructor(
    rules: readonly IntegrationRule[],
    integrations: ScmIntegrations,
  ) {
    this.rules = rules;
    this.integrations = integrations;
    this.github =
      DefaultGithubCredentialsProvider.fromIntegrations(integrations);
    this.gitlab =
      DefaultGitlabCredentialsProvider.fromIntegrations(integrations);
    this.azure =
      DefaultAzureDevOpsCredentialsProvider.fromIntegrations(integrations);
  }

  /** @throws InputError where the configuration cannot be meant so */
  static fromConfig(config: Config): IntegrationCredentials {
    const integrations = ScmIntegrations.fromConfig(config);
    const rules = readIntegrationRules(config);
    rules.forEach(({ host }, i) => {
      if (!integrations.byHost(host)) {
        throw new InputError(
          `gitops.integrations[${i}].url names ${host}, which no entry of integrations is for; add one, or correct the host`,
        );
      }
    });
    return new IntegrationCredentials(rules, integrations);
  }

  /**
   * Value of the header Authorization for a repository; undefined where the
   * configuration grants none, or the integration has none.
   */
  async authorizationFor(source: {
    home: string;
    namespace: string;
    url: string;
  }): Promise<string | undefined> {
    if (!isCovered(this.rules, source)) {
      return undefined;
    }
    const { url } = source;
    const { host } = new URL(url);
    const { integrations } = this;
    switch (integrations.byHost(host)?.type) {
      case 'github': {
        const { token } = await this.github.getCredentials({ url });
        return token && basic('x-access-token', token);
      }
      case 'gitlab': {
        const { token } = await this.gitlab.getCredentials({ url });
        return token && basic('oauth2', token);
      }
      case 'azure': {
        const credentials = await this.azure.getCredentials({ url });
        return credentials?.headers.Authorization;
      }
      case 'bitbucketCloud': {
        const { config } = integrations.bitbucketCloud.byHost(host)!;
        if (config.clientId && config.clientSecret) {
          return basic(
            'x-token-auth',
            await getBitbucketCloudOAuthToken(
              config.clientId,
              config.clientSecret,
            ),
          );
        }
        return config.token
          ? basic('x-bitbucket-api-token-auth', config.token)
          : pair(config.username, config.appPassword);
      }
      case 'bitbucketServer': {
        const { config } = integrations.bitbucketServer.byHost(host)!;
        return config.token
          ? `Bearer ${config.token}`
          : pair(config.username, config.password);
      }
      case 'gitea': {
        const { config } = integrations.gitea.byHost(host)!;
        return pair(config.username, config.password);
      }
      case 'gerrit': {
        const { config } = integrations.gerrit.byHost(host)!;
        return pair(config.username, config.password);
      }
      default:
        return undefined;
    }
  }

  /** Where a commit is shown; see {@link commitUrl}. */
  commitUrl(repositoryUrl: string, commit: string): string | undefined {
    return commitUrl(this.integrations, repositoryUrl, commit);
  }

  /**
   * The API of a repository's host, where the configuration grants pull requests.
   * An address of ssh or http counts as that of https.
   */
  async apiFor(source: {
    home: string;
    namespace: string;
    url: string;
  }): Promise<IntegrationApi | IntegrationRefusal> {
    const { integrations } = this;
    const { url, type } = findIntegration(integrations, source.url);
    const host = url?.host || 'the repository';
    if (!url || !type) {
      return { refused: 'no-integration', host };
    }
    const rules = this.rules.filter(({ pullRequests }) => pullRequests);
    if (!isCovered(rules, { ...source, url: url.href })) {
      return { refused: 'not-mapped', host };
    }
    const found = addressesOf(integrations, type, url);
    if (!found || !found.baseUrl.startsWith('https://')) {
      return { refused: 'no-pull-requests', host };
    }
    const authorization = await this.apiAuthorization(found.type, url).catch(
      // What providers say may hold what they were told.
      () => undefined,
    );
    return authorization === undefined
      ? { refused: 'no-credential', host }
      : {
          ...{ type: found.type, authorization },
          baseUrl: found.baseUrl.replace(/\/+$/, ''),
          url: below(found.folder, url),
        };
  }

  /** APIs take some tokens otherwise than Git does. */
  private async apiAuthorization(
    type: PullRequestIntegration,
    { href: url, host }: URL,
  ): Promise<string | undefined> {
    const { integrations } = this;
    switch (type) {
      case 'github':
        return bearer((await this.github.getCredentials({ url })).token);
      case 'gitlab':
        return bearer((await this.gitlab.getCredentials({ url })).token);
      case 'azure':
        return (await this.azure.getCredentials({ url }))?.headers
          .Authorization;
      case 'bitbucketServer': {
        const { config } = integrations.bitbucketServer.byHost(host)!;
        return bearer(config.token) ?? pair(config.username, config.password);
      }
      case 'bitbucketCloud': {
        const { config } = integrations.bitbucketCloud.byHost(host)!;
        const { clientId, clientSecret, username, token, appPassword } = config;
        return clientId && clientSecret
          ? bearer(await getBitbucketCloudOAuthToken(clientId, clientSecret))
          : pair(username, token ?? appPassword);
      }
      default: {
        const { username, password } = integrations.gitea.byHost(host)!.config;
        return username || !password
          ? pair(username, password)
          : `token ${password}`;
      }
    }
  }
}

function bearer(token: string | undefined): string | undefined {
  return token && `Bearer ${token}`;
}

function pair(
  username: string | undefined,
  password: string | undefined,
): string | undefined {
  return username && password ? basic(username, password) : undefined;
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
