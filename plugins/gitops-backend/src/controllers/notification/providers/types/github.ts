import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { GithubTokens } from '../../../source/git/access/GithubTokens';
import { commitStatusType, isRepeated } from '../commits/CommitStatus';
import { openGithub } from '../commits/github';

/** Statuses of commits at GitHub. */
export function github(tokens: GithubTokens): NotificationType {
  return commitStatusType('github', async (status, target) => {
    const { commit, id: context, state, description } = status;
    const { repo, ask } = await openGithub(target, tokens);
    const { json } = await ask({
      method: 'GET',
      path: `${repo}/commits/${commit}/statuses?per_page=50`,
    });
    const isKnown = isRepeated(
      json,
      each => each.context === context,
      each => each.state === state && each.description === description,
    );
    if (!isKnown) {
      await ask({
        path: `${repo}/statuses/${commit}`,
        json: { state, description, context },
      });
    }
  });
}
