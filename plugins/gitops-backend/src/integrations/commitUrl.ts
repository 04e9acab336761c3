import { ScmIntegrations } from '@backstage/integration';
import { findIntegration } from './IntegrationApi';

/**
 * Where a commit is shown on the host of its repository; undefined where
 * `integrations` does not say what that host is.
 *
 * @param repositoryUrl - as Git has it: https, ssh or `user@host:path`
 */
export function commitUrl(
  integrations: ScmIntegrations,
  repositoryUrl: string,
  commit: string,
): string | undefined {
  const { url, type } = findIntegration(integrations, repositoryUrl);
  if (!url) {
    return undefined;
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  const base = `${url.origin}${path}`;
  switch (type) {
    case 'github':
    case 'gitea':
    case 'azure':
      return `${base}/commit/${commit}`;
    case 'gitlab':
      return `${base}/-/commit/${commit}`;
    case 'bitbucketCloud':
      return `${base}/commits/${commit}`;
    case 'bitbucketServer': {
      const [project, repository] = path.split('/').slice(-2);
      return project && repository
        ? `${url.origin}${path.replace(/(\/scm)?\/[^/]+\/[^/]+$/, '')}/projects/${project}/repos/${repository}/commits/${commit}`
        : undefined;
    }
    default:
      return undefined;
  }
}
