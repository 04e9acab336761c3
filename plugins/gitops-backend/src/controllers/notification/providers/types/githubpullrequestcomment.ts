import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { GithubTokens } from '../../../source/git/access/GithubTokens';
import { commentsIn, commentType } from '../commits/comments';
import { openGithub } from '../commits/github';

/** Comments on pull requests at GitHub. */
export function githubpullrequestcomment(
  tokens: GithubTokens,
): NotificationType {
  return commentType(
    'githubpullrequestcomment',
    'flux-pr-comment-key',
    async (number, target) => {
      const { repo, ask, login } = await openGithub(target, tokens);
      const path = `${repo}/issues/${number}/comments`;
      return {
        login,
        list: async () => {
          const { json } = await ask({
            method: 'GET',
            path: `${path}?direction=asc&per_page=100&sort=created`,
          });
          return commentsIn(
            json,
            ({ user }) => (user as { login?: string } | null)?.login,
          );
        },
        create: body => ask({ path, json: { body } }),
        update: (id, body) =>
          ask({
            method: 'PATCH',
            path: `${repo}/issues/comments/${id}`,
            json: { body },
          }),
      };
    },
  );
}
