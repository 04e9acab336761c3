import { createHash } from 'node:crypto';
import { NotificationError } from '@backstage-gitops/plugin-gitops-node';
import { basic } from '../authorization';
import { commitStatusType } from '../commits/CommitStatus';
import { addressOf, post } from '../post';

/** Statuses of builds at Bitbucket Server; the address is that of http, with `/scm/`. */
export const bitbucketserver = commitStatusType(
  'bitbucketserver',
  async ({ commit, id, state: ended, description, object }, target) => {
    const { token, username, password } = target;
    if (!token && !(username && password)) {
      throw new NotificationError(
        'NOTIFICATION_MISCONFIGURED',
        "invalid credentials, expected to be one of username/password or API Token; set the key 'token' of the Provider's Secret",
      );
    }
    const url = buildsOf(target.address, commit);
    const key = createHash('sha1').update(id).digest('hex');
    const state = ended === 'failure' ? 'FAILED' : 'SUCCESSFUL';
    const name = `${object} [${description}]`;
    const request = {
      authorization: token ? `Bearer ${token}` : basic(username, password),
      headers: {
        'x-atlassian-token': 'no-check',
        'x-requested-with': 'XMLHttpRequest',
      },
    };
    const { status, json } = await post(target, {
      ...request,
      ...{ method: 'GET', url: `${url}?key=${key}`, also: [404] },
    });
    const known = (status === 200 && json ? json : {}) as Record<
      string,
      unknown
    >;
    const isKnown =
      known.key === key &&
      known.state === state &&
      known.description === description &&
      known.name === name;
    if (!isKnown) {
      await post(target, {
        ...{ ...request, url },
        json: {
          ...{ name, description, key, state },
          url: target.address,
        },
      });
    }
  },
);

function buildsOf(address: string, commit: string): string {
  const url = addressOf(address);
  const path = url.pathname.replace(/\.git$/, '');
  const [, context, project, repository] =
    /^(.*)\/scm\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (!project) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      'the address of the Provider is none that Bitbucket Server clones from by http (https://<host>/scm/<project>/<repository>.git); correct spec.address',
    );
  }
  return `${url.origin}${context}/rest/api/latest/projects/${project}/repos/${repository}/commits/${commit}/builds`;
}
