import { createHash } from 'node:crypto';
import { NotificationError } from '@backstage-gitops/plugin-gitops-node';
import { basic } from '../authorization';
import { commitStatusType } from '../commits/CommitStatus';
import { ownerAndName, repositoryOf } from '../commits/repository';
import { post } from '../post';

const API = 'https://api.bitbucket.org/2.0';

/** Statuses of commits at Bitbucket Cloud; the token is `<user>:<app password>`. */
export const bitbucket = commitStatusType(
  'bitbucket',
  async ({ commit, id, state: ended, description, object }, target) => {
    const [, user, password] = /^([^:]+):([^:]+)$/.exec(target.token) ?? [];
    if (!user) {
      throw new NotificationError(
        'NOTIFICATION_MISCONFIGURED',
        "invalid token format, expected to be <user>:<password>; correct the key 'token' of the Provider's Secret",
      );
    }
    const [owner, name] = ownerAndName(repositoryOf(target.address)).map(
      encodeURIComponent,
    );
    const authorization = basic(user, password);
    // It takes keys of 40 characters.
    const key = createHash('sha1').update(id).digest('hex');
    const state = ended === 'failure' ? 'FAILED' : 'SUCCESSFUL';
    const url = `${API}/repositories/${owner}/${name}/commit/${commit}/statuses/build`;
    const { json } = await post(target, {
      ...{ method: 'GET', url: `${url}/${key}`, authorization, also: [404] },
    });
    const known = (json ?? {}) as Record<string, unknown>;
    if (known.state !== state || known.description !== description) {
      await post(target, {
        ...{ url, authorization },
        json: {
          ...{ state, key, name: object, description },
          url: 'https://bitbucket.org',
        },
      });
    }
  },
);
