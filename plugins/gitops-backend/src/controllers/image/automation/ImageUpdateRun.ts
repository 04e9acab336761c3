import {
  gitRepositoryKind,
  ImageUpdateAutomation,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { WorkQueue } from '../../../engine/queue/WorkQueue';
import { ReconcileRun } from '../../../engine/reconcile/ReconcileRun';
import { ImageThreads } from '../../../workers/ImageThreads';
import { SignCommit } from '../../source/git/push/writeCommit';
import { revisionOf } from '../../source/git/resolveReference';
import { AutomationError } from './AutomationError';
import { checkingOut, updating } from './failures';
import { fallbackBranch, Lane, lanesOf } from './lanes';
import { observationOf, samePolicies } from './observedPolicies';
import { RepositoryAccess, signerOf, withRepository } from './openRepository';
import { PlannedUpdate, planUpdate } from './planUpdate';
import { PushHistory } from './PushHistory';
import { PushedUpdate, pushUpdate } from './pushUpdate';
import { PushTarget } from './pushTarget';
import { ReadyPolicy } from './selectPolicies';
import {
  PullRequestKeeper,
  PullRequestWish,
  tendPullRequest,
} from './tendPullRequest';
import { UpdateRepository } from './UpdateRepository';

/** What {@link ImageUpdateRun} works with. */
export interface ImageUpdateOptions extends RepositoryAccess {
  threads: ImageThreads;
  pushes: PushHistory;
  queue: Pick<WorkQueue, 'wake'>;
  pullRequests?: PullRequestKeeper;
}

/** What a run found. */
export interface ImageUpdateResult {
  /** Of what was checked out, or of what was pushed there. */
  revision: string;
  /** False where nothing was looked at, as nothing is new. */
  isFull: boolean;
}

const SHORT_HASH = 7;

/** One run of an automation: brings branches up to date with policies. */
export class ImageUpdateRun {
  private readonly run: ReconcileRun<ImageUpdateAutomation>;
  private readonly options: ImageUpdateOptions;
  private readonly policies: readonly ReadyPolicy[];
  private readonly wish: PullRequestWish | undefined;
  private pushes = 0;

  constructor(
    run: ReconcileRun<ImageUpdateAutomation>,
    options: ImageUpdateOptions & {
      policies: readonly ReadyPolicy[];
      /** Without it, commits are pushed and nothing else. */
      wish: PullRequestWish | undefined;
    },
  ) {
    this.run = run;
    this.options = options;
    this.policies = options.policies;
    this.wish = options.wish;
  }

  /** Whether anything was pushed, in whichever attempt. */
  get hasPushed(): boolean {
    return this.pushes > 0;
  }

  /** @throws AutomationError; GitPushError where somebody else was faster */
  async attempt(): Promise<ImageUpdateResult> {
    const { run, wish } = this;
    if (wish && !this.options.pullRequests) {
      throw new AutomationError(
        'InvalidPullRequest',
        'the portal opens no pull requests: it has no gitops.integrations',
        { stalled: true },
      );
    }
    const fallback = fallbackBranch(run.object, wish);
    return withRepository(
      this.context,
      { ...this.options, fallback },
      async (repository, signal) => {
        const { target } = repository;
        const lanes = lanesOf(target, this.policies, wish);
        const sign = await signerOf({ ...this.context, signal });
        const { revision } = await checkingOut(
          repository.look(lanes.map(({ branch }) => branch)),
        );
        if (!this.isNew(target, revision)) {
          return { revision, isFull: false };
        }
        let pushed: string | undefined;
        for (const lane of lanes) {
          pushed = await this.update(lane, { repository, sign, signal });
        }
        return {
          isFull: true,
          revision: target.isOther ? revision : (pushed ?? revision),
        };
      },
    );
  }

  private get context() {
    const { home, object, signal, now } = this.run;
    return { home, automation: object, signal, now };
  }

  private isNew(target: PushTarget, revision: string): boolean {
    const { observedSourceRevision, observedPolicies = {} } = this.run.status;
    return (
      target.isOther ||
      target.refspec !== undefined ||
      revision !== observedSourceRevision ||
      !samePolicies(observationOf(this.policies), observedPolicies)
    );
  }

  /** Gives the revision that was pushed, if one was. */
  private async update(
    lane: Lane,
    { repository, sign, signal }: UpdateScope,
  ): Promise<string | undefined> {
    const { run, context, wish } = this;
    const { threads, pullRequests, pushes } = this.options;
    const planned = await updating(
      planUpdate({ ...{ context, repository, threads, signal }, ...lane }),
    );
    await this.tellUnreadable(planned);
    const { message } = planned;
    if (run.planOnly) {
      await this.tellPlan(planned);
      return undefined;
    }
    let revision: string | undefined;
    if (message !== undefined) {
      const commit = await updating(
        pushUpdate({
          ...{ context, repository, sign },
          planned: { ...planned, message },
          assertHeld: () => run.claim.assertHeld(),
        }),
      );
      revision = revisionOf(lane.branch, commit.commit);
      await this.record(repository, planned, commit);
    }
    if (wish && pullRequests) {
      await tendPullRequest({
        ...{ context, repository, lane, planned, wish, pushes, threads },
        ...{ claim: run.claim, keeper: pullRequests, signal },
      });
    }
    return revision;
  }

  private async record(
    { source, target }: UpdateRepository,
    planned: PlannedUpdate,
    { commit, at, message }: PushedUpdate,
  ): Promise<void> {
    const { run, options } = this;
    this.pushes += 1;
    run.status.lastPushCommit = commit;
    run.status.lastPushTime = new Date(at).toISOString();
    const { namespace = 'default', name } = source.metadata;
    await options.pushes.append(run.claim, {
      ...{ commit, at, message },
      branch: planned.branch,
      source: { namespace, name },
      changes: planned.files.changes,
    });
    const { refspec } = run.object.spec.git?.push ?? {};
    const besides = refspec ? ` and refspecs '${refspec}'` : '';
    const text = message ? `\n${message}` : '';
    await run.report({
      event: 'Normal',
      reason: Reason.Succeeded,
      message: `pushed commit '${commit.slice(0, SHORT_HASH)}' to branch '${planned.branch}'${besides}${text}`,
      revision: revisionOf(planned.branch, commit),
    });
    if (!target.isOther) {
      const { group, kind } = gitRepositoryKind;
      await options.queue.wake(
        [{ home: run.home.name, group, kind, namespace, name }],
        { reason: 'images were updated' },
      );
    }
  }

  private async tellUnreadable({
    files: { unreadable },
  }: PlannedUpdate): Promise<void> {
    for (const { path, reason } of unreadable) {
      await this.run.report({
        event: 'Trace',
        reason: Reason.Progressing,
        message: `${path} has markers and is left as it is: ${reason}`,
      });
    }
  }

  private async tellPlan({
    branch,
    files: { edited },
  }: PlannedUpdate): Promise<void> {
    if (edited.length > 0) {
      await this.run.report({
        event: 'Normal',
        reason: 'Planned',
        message: `would push a commit to branch '${branch}' that changes ${edited.map(({ path }) => path).join(', ')}`,
      });
    }
  }
}

interface UpdateScope {
  repository: UpdateRepository;
  sign: SignCommit | undefined;
  signal: AbortSignal;
}
