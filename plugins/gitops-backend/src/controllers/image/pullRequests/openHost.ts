import { IntegrationApi } from '../../../integrations/IntegrationApi';
import { HostApi } from './HostApi';
import { AzurePullRequests } from './hosts/AzurePullRequests';
import { BitbucketCloudPullRequests } from './hosts/BitbucketCloudPullRequests';
import { BitbucketServerPullRequests } from './hosts/BitbucketServerPullRequests';
import { GiteaPullRequests } from './hosts/GiteaPullRequests';
import { GithubPullRequests } from './hosts/GithubPullRequests';
import { GitlabPullRequests } from './hosts/GitlabPullRequests';
import { PullRequestError } from './PullRequestError';
import { PullRequestHost } from './PullRequestHost';

/**
 * The pull requests of a repository.
 *
 * @param url - of the repository, https
 * @param open - gives the API below a base URL
 * @throws PullRequestError where the URL names no repository of such a host
 */
export function openHost(
  url: URL,
  { type, baseUrl }: Pick<IntegrationApi, 'type' | 'baseUrl'>,
  open: (baseUrl: string) => HostApi,
): PullRequestHost {
  const path = url.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  const segments = path
    .split('/')
    .filter(each => each !== '')
    .map(each => encodeURIComponent(decodeURIComponent(each)));
  const fail = (form: string) =>
    new PullRequestError(
      'PULL_REQUEST_NOT_FOUND',
      `the URL of the repository at ${url.host} is not of the form ${form}; correct spec.url of the GitRepository`,
    );
  const last = segments.slice(-2);
  switch (type) {
    case 'gitlab':
      if (segments.length < 2) {
        throw fail('group/project');
      }
      return new GitlabPullRequests(open(baseUrl), segments);
    case 'bitbucketServer':
      if (last.length < 2) {
        throw fail('scm/PROJECT/repository');
      }
      return new BitbucketServerPullRequests(open(baseUrl), last);
    case 'azure': {
      const i = segments.indexOf('_git');
      if (i < 0 || i !== segments.length - 2) {
        throw fail('organization/project/_git/repository');
      }
      const name = segments[i + 1];
      const above = segments.slice(0, i);
      // The repository that has the name of its project is written without it.
      const isShort =
        url.host === 'dev.azure.com'
          ? i === 1
          : url.host.endsWith('.visualstudio.com') && i === 0;
      const project = [...above, ...(isShort ? [name] : [])];
      return new AzurePullRequests(
        open([url.origin, ...project].join('/')),
        name,
        [url.origin, ...above, '_git', name].join('/'),
      );
    }
    default: {
      const Host = {
        github: GithubPullRequests,
        gitea: GiteaPullRequests,
        bitbucketCloud: BitbucketCloudPullRequests,
      }[type];
      if (segments.length !== 2) {
        throw fail('owner/repository');
      }
      return new Host(open(baseUrl), segments);
    }
  }
}
