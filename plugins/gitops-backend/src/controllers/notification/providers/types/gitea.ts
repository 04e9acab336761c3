import { commitStatusType, isRepeated } from '../commits/CommitStatus';
import { openGitea } from '../commits/gitea';

/** Statuses of commits at Gitea and Forgejo; these show work that is under way, too. */
export const gitea = commitStatusType(
  'gitea',
  async ({ commit, id: context, state, description }, target) => {
    const { repo, ask } = openGitea(target);
    const { json } = await ask({
      method: 'GET',
      path: `${repo}/commits/${commit}/statuses?limit=50&page=1`,
    });
    const isKnown = isRepeated(
      json,
      each => each.context === context,
      each => each.status === state && each.description === description,
    );
    if (!isKnown) {
      await ask({
        path: `${repo}/statuses/${commit}`,
        json: { state, target_url: '', description, context },
      });
    }
  },
  { showsProgress: true },
);
