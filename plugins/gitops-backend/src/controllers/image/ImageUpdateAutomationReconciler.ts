import {
  ConditionType,
  durationToMs,
  GitopsObject,
  gitRepositoryKind,
  ImagePolicy,
  imagePolicyKind,
  ImageUpdateAutomation,
  imageUpdateAutomationKind,
  Reason,
} from '@backstage-gitops/plugin-gitops-common';
import { assertError } from '@backstage/errors';
import { WorkQueue } from '../../engine/queue/WorkQueue';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { Reconciler } from '../../engine/reconcile/Reconciler';
import { done, Outcome, retry, stalled } from '../../engine/run/Outcome';
import { ANY } from '../../homes/ObjectCache';
import { ObjectReference } from '../../homes/ObjectReference';
import { ImageThreads } from '../../workers/ImageThreads';
import { revisionOf } from '../source/git/resolveReference';
import { GitPushError } from '../source/git/push/GitPushError';
import { AutomationError } from './automation/AutomationError';
import {
  RepositoryAccess,
  signerOf,
  sourceReference,
  withRepository,
} from './automation/openRepository';
import { PlannedUpdate, planUpdate } from './automation/planUpdate';
import { PushHistory } from './automation/PushHistory';
import { PushedUpdate, pushUpdate } from './automation/pushUpdate';
import {
  compileSelector,
  ReadyPolicy,
  selectPolicies,
} from './automation/selectPolicies';
import { UpdateRepository } from './automation/UpdateRepository';
import { checkingOut, updating } from './automation/failures';
import {
  observationOf,
  sameImage,
  samePolicies,
} from './automation/observedPolicies';
import { Turns } from '../../util/Turns';

/** What {@link ImageUpdateAutomationReconciler} is made of. */
export interface ImageUpdateAutomationReconcilerOptions extends RepositoryAccess {
  threads: ImageThreads;
  pushes: PushHistory;
  queue: Pick<WorkQueue, 'wake'>;
}

type Run = ReconcileRun<ImageUpdateAutomation>;

/** What a run did. */
interface Result {
  /** Of what was checked out. */
  revision: string;
  /** False where nothing was looked at, as nothing is new. */
  isFull: boolean;
  pushed?: { update: PlannedUpdate; commit: PushedUpdate };
}

const READY = 'repository up-to-date';
/** How often a push is tried that somebody else was faster with. */
const ATTEMPTS = 4;
const SHORT_HASH = 7;

/**
 * Writes the images that policies chose to Git (Flux 2.9,
 * image-automation-controller 1.2).
 */
export class ImageUpdateAutomationReconciler implements Reconciler<ImageUpdateAutomation> {
  readonly kind = imageUpdateAutomationKind;
  /** What was pushed stays. */
  readonly finalizer = null;
  private readonly options: ImageUpdateAutomationReconcilerOptions;
  /** Automations of one repository would only be in each other's way. */
  private readonly turns = new Turns();

  constructor(options: ImageUpdateAutomationReconcilerOptions) {
    this.options = options;
  }

  references(object: ImageUpdateAutomation): ObjectReference[] {
    const { namespace = 'default' } = object.metadata;
    return [
      sourceReference(object),
      { kind: imagePolicyKind.kind, namespace, name: ANY },
    ];
  }

  /** A policy chose another image, or the GitRepository is another one. */
  wakesFor(
    object: ImageUpdateAutomation,
    changed: GitopsObject,
    before: GitopsObject | undefined,
  ): boolean {
    if (object.spec.suspend || !before) {
      return false;
    }
    if (changed.kind === gitRepositoryKind.kind) {
      return changed.metadata.generation !== before.metadata.generation;
    }
    const policy = changed as ImagePolicy;
    const image = policy.status?.latestRef;
    const observed = object.status?.observedPolicies?.[policy.metadata.name];
    return (
      image !== undefined &&
      !sameImage(image, (before as ImagePolicy).status?.latestRef) &&
      !sameImage(image, observed) &&
      isSelected(object, policy)
    );
  }

  async reconcile(run: Run): Promise<Outcome> {
    run.status.lastAutomationRunTime = new Date(run.now()).toISOString();
    await run.progress('reconciliation in progress', {
      changed: run.status.observedGeneration !== run.generation,
    });
    let result: Result;
    let policies: ReadyPolicy[];
    try {
      policies = await this.policiesOf(run);
      result = await this.update(run, policies);
    } catch (error) {
      assertError(error);
      run.signal.throwIfAborted();
      return this.fail(run, error);
    }
    if (result.isFull && !run.planOnly) {
      run.status.observedSourceRevision = result.revision;
      run.status.observedPolicies = observationOf(policies);
    }
    run.status.observedGeneration = run.generation;
    await this.ready(run, result);
    return done(durationToMs(run.object.spec.interval));
  }

  async finalize(): Promise<Outcome> {
    return done(null);
  }

  private async policiesOf(run: Run): Promise<ReadyPolicy[]> {
    const { namespace, home, signal } = run;
    const { kind, apiVersion } = imagePolicyKind;
    const policies = await home.listWatched<ImagePolicy>(
      { apiVersion, kind, namespace },
      { signal },
    );
    return selectPolicies(policies, run.object.spec.policySelector);
  }

  /** Tries again after a fresh look where somebody else was faster. */
  private async update(
    run: Run,
    policies: readonly ReadyPolicy[],
  ): Promise<Result> {
    const { namespace, name } = sourceReference(run.object);
    return this.turns.take(
      `${run.home.name}/${namespace}/${name}`,
      async () => {
        for (let attempt = 1; ; attempt++) {
          run.signal.throwIfAborted();
          try {
            return await this.attempt(run, policies);
          } catch (error) {
            const isStale =
              error instanceof GitPushError && error.code === 'GIT_PUSH_STALE';
            if (!isStale || attempt === ATTEMPTS) {
              throw error;
            }
            await run.report({
              event: 'Trace',
              reason: Reason.Progressing,
              message: `trying again: ${error.message}`,
            });
          }
        }
      },
    );
  }

  private async attempt(
    run: Run,
    policies: readonly ReadyPolicy[],
  ): Promise<Result> {
    const context = {
      ...{ home: run.home, automation: run.object },
      ...{ signal: run.signal, now: run.now },
    };
    return withRepository(context, this.options, async (repository, signal) => {
      const sign = await signerOf({ ...context, signal });
      const { target } = repository;
      const { revision } = await checkingOut(repository.look([target.branch]));
      const isNew =
        target.isOther ||
        target.refspec !== undefined ||
        revision !== run.status.observedSourceRevision ||
        !samePolicies(
          observationOf(policies),
          run.status.observedPolicies ?? {},
        );
      if (!isNew) {
        return { revision, isFull: false };
      }
      const planned = await updating(
        planUpdate({
          ...{ context, repository, policies, signal },
          branch: target.branch,
          threads: this.options.threads,
        }),
      );
      await this.tellUnreadable(run, planned);
      const { message } = planned;
      if (message === undefined) {
        return { revision, isFull: true };
      }
      if (run.planOnly) {
        await this.tellPlan(run, planned);
        return { revision, isFull: true };
      }
      const commit = await updating(
        pushUpdate({
          ...{ context, repository, sign },
          planned: { ...planned, message },
          assertHeld: () => run.claim.assertHeld(),
        }),
      );
      await this.record(run, repository, planned, commit);
      return {
        isFull: true,
        pushed: { update: planned, commit },
        revision: target.isOther
          ? revision
          : revisionOf(target.branch, commit.commit),
      };
    });
  }

  private async record(
    run: Run,
    { source, target }: UpdateRepository,
    planned: PlannedUpdate,
    { commit, at, message }: PushedUpdate,
  ): Promise<void> {
    run.status.lastPushCommit = commit;
    run.status.lastPushTime = new Date(at).toISOString();
    const { namespace = 'default', name } = source.metadata;
    await this.options.pushes.append(run.claim, {
      ...{ commit, at, message },
      branch: planned.branch,
      source: { namespace, name },
      changes: planned.files.changes,
    });
    if (!target.isOther) {
      const { group, kind } = gitRepositoryKind;
      await this.options.queue.wake(
        [{ home: run.home.name, group, kind, namespace, name }],
        { reason: 'images were updated' },
      );
    }
  }

  private async tellUnreadable(
    run: Run,
    { files: { unreadable } }: PlannedUpdate,
  ): Promise<void> {
    for (const { path, reason } of unreadable) {
      await run.report({
        event: 'Trace',
        reason: Reason.Progressing,
        message: `${path} has markers and is left as it is: ${reason}`,
      });
    }
  }

  private async tellPlan(
    run: Run,
    { branch, files }: PlannedUpdate,
  ): Promise<void> {
    await run.report({
      event: 'Normal',
      reason: 'Planned',
      message: `would push a commit to branch '${branch}' that changes ${files.edited.map(({ path }) => path).join(', ')}`,
    });
  }

  private async ready(run: Run, { pushed, isFull, revision }: Result) {
    const wasReady =
      run.object.status?.conditions?.find(
        ({ type }) => type === ConditionType.Ready,
      )?.status === 'True';
    await run.report({
      condition: { type: ConditionType.Ready, status: 'True' },
      reason: Reason.Succeeded,
      message: READY,
    });
    const report = { reason: Reason.Succeeded, revision };
    if (pushed) {
      const { update, commit } = pushed;
      await run.report({
        event: 'Normal',
        ...report,
        message: this.summaryOf(run, pushed),
        revision: revisionOf(update.branch, commit.commit),
      });
    } else if (!wasReady) {
      await run.report({ event: 'Normal', ...report, message: READY });
    } else {
      await run.report({
        event: 'Trace',
        ...report,
        message: isFull ? READY : 'no change since last reconciliation',
      });
    }
  }

  private summaryOf(
    run: Run,
    { update, commit }: NonNullable<Result['pushed']>,
  ): string {
    const refspec = run.object.spec.git?.push?.refspec;
    const besides = refspec ? ` and refspecs '${refspec}'` : '';
    const hash = commit.commit.slice(0, SHORT_HASH);
    const text = commit.message ? `\n${commit.message}` : '';
    return `pushed commit '${hash}' to branch '${update.branch}'${besides}${text}`;
  }

  private async fail(run: Run, error: Error): Promise<Outcome> {
    const failure =
      error instanceof AutomationError
        ? error
        : new AutomationError('GitOperationFailed', error.message);
    const { reason, message, isStalled } = failure;
    if (isStalled) {
      run.status.observedGeneration = run.generation;
    }
    await run.report({
      condition: { type: ConditionType.Ready, status: 'False' },
      event: 'Warning',
      reason,
      message,
    });
    return isStalled ? stalled(failure) : retry(failure);
  }
}

function isSelected(
  { spec: { policySelector } }: ImageUpdateAutomation,
  { metadata }: ImagePolicy,
): boolean {
  try {
    return compileSelector(policySelector)(metadata.labels ?? {});
  } catch {
    return false;
  }
}
