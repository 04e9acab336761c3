import { ScmIntegrations } from '@backstage/integration';
import { httpsUrlOf } from './httpsUrlOf';

/** Integrations whose hosts have pull requests that the portal knows. */
export type PullRequestIntegration =
  | 'github'
  | 'gitlab'
  | 'gitea'
  | 'bitbucketServer'
  | 'bitbucketCloud'
  | 'azure';

/** The API of a host, for one repository. */
export interface IntegrationApi {
  type: PullRequestIntegration;
  /** https, without a slash at its end; for Azure DevOps the origin. */
  baseUrl: string;
  /** Value of the header Authorization; it is a secret. */
  authorization: string;
  /** Of the repository: https, and below the folder that the host is served from. */
  url: URL;
}

/** Why there is no {@link IntegrationApi}. */
export interface IntegrationRefusal {
  refused:
    'no-integration' | 'not-mapped' | 'no-credential' | 'no-pull-requests';
  /** Of the repository. */
  host: string;
}

/** The integration of a repository's host, whatever its URL begins with. */
export function findIntegration(
  integrations: ScmIntegrations,
  repositoryUrl: string,
): { url: URL | undefined; type: string | undefined } {
  const hosts = integrations.list().map(each => each.title);
  const url = httpsUrlOf(repositoryUrl, hosts);
  return { url, type: url && integrations.byHost(url.host)?.type };
}

/** Where the API of a host is, and below which folder its repositories are. */
export function addressesOf(
  integrations: ScmIntegrations,
  type: string | undefined,
  { host, origin }: URL,
):
  | { type: PullRequestIntegration; baseUrl: string; folder: string }
  | undefined {
  switch (type) {
    case 'github': {
      const { apiBaseUrl } = integrations.github.byHost(host)!.config;
      return {
        ...{ type, folder: '/' },
        baseUrl: apiBaseUrl ?? `${origin}/api/v3`,
      };
    }
    case 'gitlab': {
      const { apiBaseUrl, baseUrl } = integrations.gitlab.byHost(host)!.config;
      return { type, baseUrl: apiBaseUrl, folder: new URL(baseUrl).pathname };
    }
    case 'gitea': {
      const { baseUrl = origin } = integrations.gitea.byHost(host)!.config;
      const folder = new URL(baseUrl).pathname;
      return { type, baseUrl: `${baseUrl}/api/v1`, folder };
    }
    case 'bitbucketServer': {
      const { apiBaseUrl } = integrations.bitbucketServer.byHost(host)!.config;
      return { type, baseUrl: apiBaseUrl, folder: '/' };
    }
    case 'bitbucketCloud': {
      const { apiBaseUrl } = integrations.bitbucketCloud.byHost(host)!.config;
      return { type, baseUrl: apiBaseUrl, folder: '/' };
    }
    case 'azure':
      return { type, baseUrl: origin, folder: '/' };
    default:
      return undefined;
  }
}

/** The URL without the folder that the host is served from. */
export function below(folder: string, url: URL): URL {
  const prefix = folder.replace(/\/*$/, '/');
  const result = new URL(url);
  if (url.pathname.startsWith(prefix)) {
    result.pathname = url.pathname.slice(prefix.length - 1);
  }
  return result;
}
