import { IntegrationRefusal } from '../../../integrations/IntegrationApi';
import { PullRequestError } from './PullRequestError';

/** Why the configuration grants no pull requests, and what to change. */
export function refusalOf(
  { refused, host }: IntegrationRefusal,
  namespace: string,
): PullRequestError {
  switch (refused) {
    case 'no-integration':
      return new PullRequestError(
        'PULL_REQUEST_NO_INTEGRATION',
        `no entry of integrations is for ${host}; add one, or correct spec.url of the GitRepository`,
      );
    case 'no-pull-requests':
      return new PullRequestError(
        'PULL_REQUEST_NO_INTEGRATION',
        `the integration of ${host} has no pull requests that the portal knows, or no https address of its API; use GitHub, GitLab, Bitbucket, Gitea or Azure DevOps, or push to the branch itself`,
      );
    case 'not-mapped':
      return new PullRequestError(
        'PULL_REQUEST_NOT_MAPPED',
        `gitops.integrations does not grant pull requests of this repository at ${host} to namespace ${namespace}; add an entry with the URL, the namespace and pullRequests: true`,
      );
    default:
      return new PullRequestError(
        'PULL_REQUEST_FORBIDDEN',
        `the integration of ${host} has no credential, or could not get one; complete it in integrations`,
      );
  }
}
