import {
  GitopsAnnotation,
  ImageUpdateAutomation,
} from '@backstage-gitops/plugin-gitops-common';
import { AutomationError } from '../automation/AutomationError';
import { PullRequestWish } from '../automation/tendPullRequest';

/**
 * What the annotations of an automation say about pull requests; undefined where
 * it wants none.
 *
 * @throws AutomationError that stalls, where they cannot be meant so
 */
export function readPullRequestWish({
  metadata: { annotations = {} },
}: Pick<ImageUpdateAutomation, 'metadata'>): PullRequestWish | undefined {
  const mode = annotations[GitopsAnnotation.pullRequest];
  const title = annotations[GitopsAnnotation.pullRequestTitle];
  const body = annotations[GitopsAnnotation.pullRequestBody];
  const labels = annotations[GitopsAnnotation.pullRequestLabels];
  if (mode === undefined) {
    const alone = [
      GitopsAnnotation.pullRequestTitle,
      GitopsAnnotation.pullRequestBody,
      GitopsAnnotation.pullRequestLabels,
    ].find(name => annotations[name] !== undefined);
    if (alone) {
      throw invalid(
        `annotation ${alone} says nothing without ${GitopsAnnotation.pullRequest}; add that, or remove this`,
      );
    }
    return undefined;
  }
  if (mode !== 'automation' && mode !== 'policy') {
    throw invalid(
      `annotation ${GitopsAnnotation.pullRequest} is ${JSON.stringify(mode.slice(0, 50))}; write automation for one pull request with all changes, or policy for one for each policy`,
    );
  }
  return {
    mode,
    ...(title !== undefined && { title }),
    ...(body !== undefined && { body }),
    ...(labels !== undefined && {
      labels: labels
        .split(',')
        .map(label => label.trim())
        .filter(label => label !== ''),
    }),
  };
}

function invalid(problem: string): AutomationError {
  return new AutomationError('InvalidPullRequest', problem, { stalled: true });
}
