import {
  NotificationError,
  NotificationIdentity,
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
export function azuredevops(
  identity: NotificationIdentity | undefined,
): NotificationType {
  return commitStatusType('azuredevops', async (status, target) => {
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
    const authorization = await authorizationOf(target, identity);
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
  });
}

async function authorizationOf(
  target: NotificationTarget,
  identity: NotificationIdentity | undefined,
): Promise<string> {
  const { token, client, signal } = target;
  if (token) {
    return basic('', token);
  }
  if (!identity) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      "the Provider has no token; set the key 'token' of its Secret, or add the module azure of the gitops plugin to the backend",
    );
  }
  const serviceAccount = await target.serviceAccount();
  return `Bearer ${await identity.token({ scope: SCOPE, client, signal, serviceAccount })}`;
}
