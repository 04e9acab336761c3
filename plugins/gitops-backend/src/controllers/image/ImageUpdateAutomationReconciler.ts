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
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { Reconciler } from '../../engine/reconcile/Reconciler';
import { done, Outcome, retry, stalled } from '../../engine/run/Outcome';
import { ANY } from '../../homes/ObjectCache';
import { ObjectReference } from '../../homes/ObjectReference';
import { Turns } from '../../util/Turns';
import { GitPushError } from '../source/git/push/GitPushError';
import { AutomationError } from './automation/AutomationError';
import {
  ImageUpdateOptions,
  ImageUpdateResult,
  ImageUpdateRun,
} from './automation/ImageUpdateRun';
import { observationOf, sameImage } from './automation/observedPolicies';
import { sourceReference } from './automation/openRepository';
import {
  compileSelector,
  ReadyPolicy,
  selectPolicies,
} from './automation/selectPolicies';
import { PullRequestWish } from './automation/tendPullRequest';

/** What {@link ImageUpdateAutomationReconciler} is made of. */
export interface ImageUpdateAutomationReconcilerOptions extends ImageUpdateOptions {
  /** What an automation wants of pull requests. @throws AutomationError */
  wishOf?: (automation: ImageUpdateAutomation) => PullRequestWish | undefined;
}

type Run = ReconcileRun<ImageUpdateAutomation>;

const READY = 'repository up-to-date';
/** How often a push is tried that somebody else was faster with. */
const ATTEMPTS = 4;

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
    let result: ImageUpdateResult;
    let update: ImageUpdateRun;
    let policies: ReadyPolicy[];
    try {
      policies = await this.policiesOf(run);
      const wish = this.options.wishOf?.(run.object);
      update = new ImageUpdateRun(run, { ...this.options, policies, wish });
      result = await this.takeTurn(run, update);
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
    await this.ready(run, result, update.hasPushed);
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
  private async takeTurn(
    run: Run,
    update: ImageUpdateRun,
  ): Promise<ImageUpdateResult> {
    const { namespace, name } = sourceReference(run.object);
    const repository = `${run.home.name}/${namespace}/${name}`;
    return this.turns.take(repository, async () => {
      for (let attempt = 1; ; attempt++) {
        run.signal.throwIfAborted();
        try {
          return await update.attempt();
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
    });
  }

  private async ready(
    run: Run,
    { isFull, revision }: ImageUpdateResult,
    hasPushed: boolean,
  ): Promise<void> {
    const before = run.object.status?.conditions?.find(
      ({ type }) => type === ConditionType.Ready,
    );
    const wasReady = before?.status === 'True';
    await run.report({
      condition: { type: ConditionType.Ready, status: 'True' },
      reason: Reason.Succeeded,
      message: READY,
    });
    if (!hasPushed) {
      await run.report({
        event: wasReady ? 'Trace' : 'Normal',
        reason: Reason.Succeeded,
        message:
          isFull || !wasReady ? READY : 'no change since last reconciliation',
        revision,
      });
    }
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
    return isStalled ? stalled(failure) : retry(failure, failure.retryAfterMs);
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
