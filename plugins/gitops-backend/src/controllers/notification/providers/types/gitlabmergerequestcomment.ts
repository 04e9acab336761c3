import { commentsIn, commentType } from '../commits/comments';
import { openGitlab } from '../commits/gitlab';

/** Comments on merge requests at GitLab. */
export const gitlabmergerequestcomment = commentType(
  'gitlabmergerequestcomment',
  'flux-mr-comment-key',
  async (number, target) => {
    const { project, ask } = openGitlab(target);
    const path = `${project}/merge_requests/${number}/notes`;
    return {
      login: async () => {
        const { json } = await ask({ method: 'GET', path: '/user' });
        return String((json as { username?: string }).username ?? '');
      },
      list: async () => {
        const { json } = await ask({
          method: 'GET',
          path: `${path}?order_by=created_at&per_page=100&sort=asc`,
        });
        return commentsIn(
          json,
          ({ author }) => (author as { username?: string } | null)?.username,
        );
      },
      create: body => ask({ path, json: { body } }),
      update: (id, body) =>
        ask({ method: 'PUT', path: `${path}/${id}`, json: { body } }),
    };
  },
);
