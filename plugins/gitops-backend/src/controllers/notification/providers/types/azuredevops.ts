import {
  NotificationError,
  NotificationTarget,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { basic } from '../authorization';
import { commitStatusType, isRepeated } from '../commits/CommitStatus';
import { repositoryOf } from '../commits/repository';
import { post } from '../post';

const GENRE = 'fluxcd';
const SCOPE = '499b84ac-1321-427f-aa17-267ca6975798/.default';
const VERSION = 'api-version=7.1';

/** Statuses of commits at Azure DevOps. */
export const azuredevops: NotificationType = commitStatusType(
  'azuredevops',
  async (status, target) => {
    const { commit, id: name, description, event } = status;
    const { origin, segments } = repositoryOf(target.address);
    const [organization, project, , repository] =
      segments.map(encodeURIComponent);
    if (segments.length !== 4) {
      throw new NotificationError(
        'NOTIFICATION_MISCONFIGURED',
        'the address of the Provider is none of Azure DevOps (https://dev.azure.com/<organization>/<project>/_git/<repository>); correct spec.address',
      );
    }
    const authorization = await authorizationOf(target);
    const state = status.state === 'failure' ? 'error' : 'succeeded';
    const summary = event.metadata?.summary;
    const genre = summary === undefined ? GENRE : `${GENRE}:${summary}`;
    const url = `${origin}/${organization}/${project}/_apis/git/repositories/${repository}/commits/${commit}/statuses?${VERSION}`;
    const { json } = await post(target, { method: 'GET', url, authorization });
    const isKnown = isRepeated(
      (json as { value?: unknown } | undefined)?.value,
      ({ context }) => {
        const at = context as { name?: unknown; genre?: unknown } | undefined;
        return at?.name === name && at.genre === genre;
      },
      each => each.state === state && each.description === description,
    );
    if (!isKnown) {
      await post(target, {
        ...{ url, authorization },
        json: { context: { genre, name }, description, state },
      });
    }
  },
);

async function authorizationOf(target: NotificationTarget): Promise<string> {
  return target.token
    ? basic('', target.token)
    : `Bearer ${await target.cloudToken('azure', SCOPE)}`;
}
