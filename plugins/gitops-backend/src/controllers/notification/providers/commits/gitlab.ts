import { NotificationTarget } from '@backstage-gitops/plugin-gitops-node';
import { post, required, ServiceAnswer, ServiceRequest } from '../post';
import { repositoryOf } from './repository';

/** The API of the GitLab that a project is at. */
export interface GitlabApi {
  /** `/projects/<id>` */
  project: string;
  ask(
    request: Omit<ServiceRequest, 'url'> & { path: string },
  ): Promise<ServiceAnswer>;
}

/** @throws NotificationError */
export function openGitlab(target: NotificationTarget): GitlabApi {
  const token = required(
    target.token || target.password,
    "token; set the key 'token' of its Secret",
  );
  const { origin, path: id } = repositoryOf(target.address);
  return {
    project: `/projects/${encodeURIComponent(id)}`,
    ask: ({ path, ...request }) =>
      post(target, {
        ...request,
        url: `${origin}/api/v4${path}`,
        headers: { 'private-token': token },
      }),
  };
}
