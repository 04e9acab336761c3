import { commentsIn, commentType } from '../commits/comments';
import { openGitea } from '../commits/gitea';

/** Comments on pull requests at Gitea and Forgejo. */
export const giteapullrequestcomment = commentType(
  'giteapullrequestcomment',
  'flux-pr-comment-key',
  async (number, target) => {
    const { repo, ask } = openGitea(target);
    const path = `${repo}/issues/${number}/comments`;
    return {
      login: async () => {
        const { json } = await ask({ method: 'GET', path: '/user' });
        return String((json as { login?: string }).login ?? '');
      },
      list: async () => {
        const { json } = await ask({
          method: 'GET',
          path: `${path}?limit=100&page=1`,
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
