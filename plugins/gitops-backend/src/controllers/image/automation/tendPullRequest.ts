import { assertError } from '@backstage/errors';
import { Claim } from '../../../engine/queue/WorkQueue';
import { ImageThreads } from '../../../workers/ImageThreads';
import { PullRequestError } from '../pullRequests/PullRequestError';
import { settersOf } from '../setters/settersOf';
import { AutomationError } from './AutomationError';
import { findUpdates } from './findUpdates';
import { Lane } from './lanes';
import { MessageData } from './message/MessageData';
import { AutomationContext } from './openRepository';
import { PlannedUpdate } from './planUpdate';
import { PushHistory, PushedPullRequest } from './PushHistory';
import { UpdateRepository } from './UpdateRepository';

/** A pull request as it shall be. */
export interface WantedPullRequest {
  /** As `spec.url` of a GitRepository has it. */
  repositoryUrl: string;
  /** The branch with the changes. */
  head: string;
  /** The branch to merge into. */
  base: string;
  title: string;
  body: string;
  labels: readonly string[];
}

/** Opens, updates and closes pull requests at the host of a repository. */
export interface PullRequestKeeper {
  ensure(
    wanted: WantedPullRequest,
    request: PullRequestScope,
  ): Promise<{ pullRequest: { url: string; id: string } }>;
  close(
    wanted: Pick<WantedPullRequest, 'repositoryUrl' | 'head' | 'base'>,
    request: PullRequestScope,
  ): Promise<unknown>;
}

/** For whom it is done. */
export interface PullRequestScope {
  home: string;
  namespace: string;
  signal: AbortSignal;
}

/** What an automation wants of its pull requests. */
export interface PullRequestWish {
  /** One for all changes, or one for each policy. */
  mode: 'automation' | 'policy';
  /** Templates, like that of the message. */
  title?: string;
  body?: string;
  labels?: readonly string[];
}

const TITLE =
  '{{ $changes := .Changed.Changes }}{{ if eq (len $changes) 1 }}{{ with index $changes 0 }}Update {{ .OldValue }} to {{ .NewValue }}{{ end }}{{ else }}Update images of {{ .AutomationObject }}{{ end }}';
const BODY = `Images that were chosen by policies; kept up to date by {{ .AutomationObject }}.

| File | Before | After |
| --- | --- | --- |
{{ range $file, $objects := .Changed.FileChanges -}}
{{ range $object, $changes := $objects -}}
{{ range $changes -}}
| \`{{ $file }}\` | \`{{ .OldValue }}\` | \`{{ .NewValue }}\` |
{{ end }}{{ end }}{{ end }}`;
const LONGEST_TITLE = 200;

/**
 * Has a pull request for what a branch proposes, as long as it proposes anything.
 * Hosts are asked only when something was pushed, or is not settled yet.
 *
 * @throws AutomationError
 */
export async function tendPullRequest(options: {
  context: AutomationContext;
  claim: Claim;
  repository: UpdateRepository;
  lane: Lane;
  planned: PlannedUpdate;
  wish: PullRequestWish;
  pushes: PushHistory;
  keeper: PullRequestKeeper;
  threads: ImageThreads;
  signal: AbortSignal;
}): Promise<PushedPullRequest | undefined> {
  const { context, claim, repository, lane, planned, pushes, keeper } = options;
  const { signal } = options;
  const last = await pushes.latest(claim.item.id, lane.branch);
  const { namespace = 'default' } = context.automation.metadata;
  const scope = { home: context.home.name, namespace, signal };
  const place = {
    repositoryUrl: repository.source.spec.url,
    head: lane.branch,
    base: repository.target.base!,
  };
  const { state } = planned.start;
  const isPushed = planned.message !== undefined;
  if (!last) {
    return undefined;
  }
  try {
    if (!isPushed && (state === 'base' || state === 'stale')) {
      if (last.pullRequest && !last.pullRequest.isDone) {
        await keeper.close(place, scope);
        await pushes.setPullRequest(claim, last.id, {
          ...last.pullRequest,
          isDone: true,
        });
      }
      return undefined;
    }
    if (last.pullRequest) {
      return last.pullRequest;
    }
    const wanted = { ...place, ...(await textsOf(options)) };
    const { pullRequest } = await keeper.ensure(wanted, scope);
    await pushes.setPullRequest(claim, last.id, pullRequest);
    return pullRequest;
  } catch (error) {
    assertError(error);
    signal.throwIfAborted();
    throw new AutomationError(
      'GitOperationFailed',
      `failed to keep a pull request for branch '${lane.branch}': ${error.message}`,
      error instanceof PullRequestError
        ? { retryAfterMs: error.retryAfterMs }
        : {},
    );
  }
}

/** Of all that the branch proposes, whenever it was pushed. */
async function textsOf({
  repository,
  lane,
  planned,
  wish,
  threads,
  signal,
  context,
}: Parameters<typeof tendPullRequest>[0]): Promise<
  Pick<WantedPullRequest, 'title' | 'body' | 'labels'>
> {
  const files = await findUpdates({
    ...{ checkout: await repository.checkout(), threads, signal },
    path: context.automation.spec.update?.path,
    setters: settersOf(lane.policies),
  });
  const data: MessageData = { ...planned.data, changes: files.changes };
  const render = (template: string) => threads.message(template, data, signal);
  const [title] = (await render(wish.title || TITLE)).trim().split('\n', 1);
  const labels = await Promise.all((wish.labels ?? []).map(render));
  return {
    title: title.slice(0, LONGEST_TITLE) || 'Update images',
    body: await render(wish.body || BODY),
    labels: labels.map(label => label.trim()).filter(label => label !== ''),
  };
}
