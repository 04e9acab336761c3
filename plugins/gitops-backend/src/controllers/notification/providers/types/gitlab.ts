import { commitStatusType, isRepeated } from '../commits/CommitStatus';
import { openGitlab } from '../commits/gitlab';

/** Statuses of commits at GitLab. */
export const gitlab = commitStatusType('gitlab', async (status, target) => {
  const { commit, id: name, description } = status;
  const state = status.state === 'failure' ? 'failed' : status.state;
  const { project, ask } = openGitlab(target);
  const { json } = await ask({
    method: 'GET',
    path: `${project}/repository/commits/${commit}/statuses?name=${encodeURIComponent(name)}`,
  });
  const isKnown = isRepeated(
    json,
    each => each.sha === commit && each.name === name,
    each => each.status === state && each.description === description,
  );
  if (!isKnown) {
    await ask({
      path: `${project}/statuses/${commit}`,
      json: { state, name, description },
    });
  }
});
