import { NotificationTarget } from '@backstage-gitops/plugin-gitops-node';
import { post, required, ServiceAnswer, ServiceRequest } from '../post';
import { ownerAndName, repositoryOf } from './repository';

/** The API of the Gitea (or Forgejo) that a repository is at. */
export interface GiteaApi {
  /** `/repos/<owner>/<name>` */
  repo: string;
  ask(
    request: Omit<ServiceRequest, 'url'> & { path: string },
  ): Promise<ServiceAnswer>;
}

/** @throws NotificationError */
export function openGitea(target: NotificationTarget): GiteaApi {
  const token = required(
    target.token,
    "token; set the key 'token' of its Secret",
  );
  const repository = repositoryOf(target.address);
  const [owner, name] = ownerAndName(repository).map(encodeURIComponent);
  return {
    repo: `/repos/${owner}/${name}`,
    ask: ({ path, ...request }) =>
      post(target, {
        ...request,
        url: `${repository.origin}/api/v1${path}`,
        authorization: `token ${token}`,
      }),
  };
}
