import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { GithubTokens } from '../../../source/git/access/GithubTokens';
import { openGithub } from '../commits/github';

/** Starts workflows of GitHub Actions: the event is their `client_payload`. */
export function githubdispatch(tokens: GithubTokens): NotificationType {
  return {
    type: 'githubdispatch',
    async send({ event }, target) {
      const { kind, name, namespace } = event.involvedObject;
      const { repo, ask } = await openGithub(target, tokens);
      await ask({
        path: `${repo}/dispatches`,
        json: {
          event_type: `${kind}/${name}.${namespace}`,
          client_payload: event,
        },
      });
    },
  };
}
