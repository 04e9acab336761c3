import type { JsonObject } from '../../json/value';
import { asObject, at, equal } from '../../json/value';
import type { ConditionEntry } from '../conditions';
import { conditionOf } from '../conditions';
import type { ControllerContext } from '../controllerContext';
import {
  annotationsOf,
  controllerReference,
  generationOf,
  isDeleting,
  labelsOf,
  nameOf,
  namespaceOf,
  numberAt,
  objectsAt,
  withMetadata,
} from '../objects';
import { healthOf } from '../pods/behaviour';
import { isActive } from '../pods/podState';
import type { Reconciler } from '../reconcilers';
import { adopt } from './adoption';
import type { RolloutState } from './deploymentStatus';
import {
  countedStatus,
  isComplete,
  rolloutStatus,
  setCondition,
  stuckIn,
  TIMED_OUT,
} from './deploymentStatus';
import { hashOf } from './podTemplate';
import { ReplicaSetScaler } from './replicaSetScaler';
import {
  copiedAnnotations,
  DESIRED_REPLICAS,
  findNewSet,
  isRecreate,
  replicasOf,
  REVISION,
  REVISION_HISTORY,
  revisionOf,
  scaleAnnotations,
  TEMPLATE_HASH,
} from './rollout';

const MANAGER = 'kube-controller-manager';
const SETS = 'apps/replicasets';

/**
 * Rolls out Deployments through ReplicaSets (Kubernetes 1.34,
 * `pkg/controller/deployment`).
 */
export class DeploymentController implements Reconciler {
  readonly storage = 'apps/deployments';
  private readonly scaler: ReplicaSetScaler;

  constructor(private readonly context: ControllerContext) {
    this.scaler = new ReplicaSetScaler(context);
  }

  reconcile(deployment: JsonObject): number | undefined {
    if (isDeleting(deployment)) {
      this.reportCounts(deployment);
      return undefined;
    }
    adopt(this.context, deployment, SETS);
    this.reportPause(deployment);
    const live = this.context.current(deployment);
    if (!live) return undefined;
    if (at(live, 'spec', 'paused') === true) {
      this.resize(live);
      this.cleanUp(live);
      return undefined;
    }
    if (this.isScaled(live)) {
      this.resize(live);
      return undefined;
    }
    return isRecreate(live) ? this.recreate(live) : this.roll(live);
  }

  private roll(deployment: JsonObject): number | undefined {
    const { newSet, oldSets } = this.syncSets(deployment, true);
    if (newSet) {
      const sets = [newSet, ...oldSets];
      if (!this.scaler.growNew(deployment, newSet, sets)) {
        this.scaler.shrinkOld(deployment, newSet, oldSets);
      }
    }
    return this.finish(deployment);
  }

  private recreate(deployment: JsonObject): number | undefined {
    const { oldSets } = this.syncSets(deployment, false);
    const isEmptied = !this.scaler.empty(deployment, oldSets);
    const arePodsGone = !oldSets.some(set =>
      this.context.controlled(set, '/pods').some(isActive),
    );
    if (isEmptied && arePodsGone) {
      const { newSet } = this.syncSets(deployment, true);
      if (newSet) this.scaler.growNew(deployment, newSet, [newSet]);
    }
    return this.finish(deployment);
  }

  private finish(deployment: JsonObject): number | undefined {
    const live = this.context.current(deployment);
    if (!live) return undefined;
    const state = this.state(live);
    const status = rolloutStatus(state);
    this.write(live, status);
    if (isComplete(live, status)) this.cleanUp(live);
    const stuck = stuckIn(state, status);
    // What has timed out waits for a change.
    return stuck === 0 &&
      conditionOf({ status }, 'Progressing')?.reason === TIMED_OUT
      ? undefined
      : stuck;
  }

  /** Follows a change of the wanted number, or any change while paused. */
  private resize(deployment: JsonObject): void {
    const { newSet, oldSets } = this.syncSets(deployment, false);
    this.scaler.scale(deployment, newSet, oldSets);
    this.reportCounts(deployment);
  }

  private reportCounts(deployment: JsonObject): void {
    const live = this.context.current(deployment);
    if (live) this.write(live, countedStatus(this.state(live)));
  }

  private isScaled(deployment: JsonObject): boolean {
    return this.sets(deployment).some(set => {
      const desired = annotationsOf(set)[DESIRED_REPLICAS];
      return (
        replicasOf(set) > 0 &&
        desired !== undefined &&
        Number(desired) !== replicasOf(deployment)
      );
    });
  }

  private sets(deployment: JsonObject): JsonObject[] {
    return this.context
      .controlled(deployment, SETS)
      .filter(set => !isDeleting(set));
  }

  private state(deployment: JsonObject): RolloutState {
    const sets = this.sets(deployment);
    const newSet = findNewSet(deployment, sets);
    const seconds = at(deployment, 'spec', 'progressDeadlineSeconds');
    // What is told to fail does not wait for its deadline.
    const isFailing = healthOf(deployment) === 'failed';
    const deadlineMs =
      typeof seconds === 'number'
        ? seconds * (isFailing ? 0 : 1000)
        : undefined;
    return {
      deployment,
      newSet,
      oldSets: sets.filter(set => set !== newSet),
      now: this.context.apiNow,
      time: this.context.time,
      deadlineMs,
    };
  }

  /** Finds the new ReplicaSet, or makes it; numbers revisions. */
  private syncSets(
    deployment: JsonObject,
    create: boolean,
  ): { newSet: JsonObject | undefined; oldSets: JsonObject[] } {
    const sets = this.sets(deployment);
    const found = findNewSet(deployment, sets);
    const oldSets = sets.filter(set => set !== found);
    const revision = Math.max(0, ...oldSets.map(revisionOf)) + 1;
    if (!found && !create) return { newSet: undefined, oldSets };
    const newSet = found
      ? this.keepNewSet(deployment, found, revision)
      : this.createNewSet(deployment, oldSets, revision);
    if (newSet) this.setRevision(deployment, newSet, !found);
    return { newSet, oldSets };
  }

  private keepNewSet(
    deployment: JsonObject,
    set: JsonObject,
    revision: number,
  ): JsonObject {
    const annotations: JsonObject = {
      ...annotationsOf(set),
      ...copiedAnnotations(deployment),
    };
    const before = revisionOf(set);
    if (before < revision) {
      annotations[REVISION] = String(revision);
      if (before > 0) {
        annotations[REVISION_HISTORY] = [
          annotations[REVISION_HISTORY],
          String(before),
        ]
          .filter(Boolean)
          .join(',');
      }
    }
    const minReadySeconds = at(deployment, 'spec', 'minReadySeconds');
    const isSame =
      equal(annotations, annotationsOf(set)) &&
      equal(minReadySeconds, at(set, 'spec', 'minReadySeconds'));
    if (isSame) return set;
    const next = {
      ...withMetadata(set, { annotations }),
      spec: { ...asObject(set.spec), minReadySeconds },
    };
    this.context.attempt(() => this.context.update(set, next, MANAGER));
    return this.context.current(set) ?? set;
  }

  private createNewSet(
    deployment: JsonObject,
    oldSets: JsonObject[],
    revision: number,
  ): JsonObject | undefined {
    const template = asObject(at(deployment, 'spec', 'template'));
    const collisions = numberAt(deployment, 0, 'status', 'collisionCount');
    const hash = hashOf(template, collisions);
    const labels = { ...labelsOf(template), [TEMPLATE_HASH]: hash };
    const name = `${nameOf(deployment)}-${hash}`;
    const size = this.scaler.newSize(deployment, oldSets, 0);
    const taken = this.context.store.get({
      storage: SETS,
      namespace: namespaceOf(deployment),
      name,
    });
    // Its own ReplicaSet that is being deleted makes room for the name.
    if (taken && isDeleting(taken)) return undefined;
    if (taken) {
      this.write(deployment, {
        ...asObject(deployment.status),
        collisionCount: collisions + 1,
      });
      return undefined;
    }
    let created: JsonObject | undefined;
    this.context.attempt(() => {
      created = this.context.create(
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          metadata: {
            name,
            namespace: namespaceOf(deployment),
            labels,
            annotations: {
              ...copiedAnnotations(deployment),
              ...scaleAnnotations(deployment),
              [REVISION]: String(revision),
            },
            ownerReferences: [controllerReference(deployment)],
          },
          spec: {
            replicas: size,
            minReadySeconds: at(deployment, 'spec', 'minReadySeconds'),
            selector: selectorWith(deployment, hash),
            template: withMetadata(template, { labels }),
          },
        },
        MANAGER,
      );
    });
    if (created && size > 0) {
      this.context.events.record(deployment, {
        type: 'Normal',
        reason: 'ScalingReplicaSet',
        message: `Scaled up replica set ${name} from 0 to ${size}`,
        component: 'deployment-controller',
      });
    }
    return created;
  }

  private setRevision(
    deployment: JsonObject,
    set: JsonObject,
    isNew: boolean,
  ): void {
    const live = this.context.current(deployment);
    if (!live) return;
    const revision = String(revisionOf(set));
    if (annotationsOf(live)[REVISION] !== revision) {
      const annotations = { ...annotationsOf(live), [REVISION]: revision };
      this.context.attempt(() =>
        this.context.update(live, withMetadata(live, { annotations }), MANAGER),
      );
    }
    if (isNew) {
      this.setProgress(live, {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetCreated',
        message: `Created new replica set "${nameOf(set)}"`,
      });
    } else if (!conditionOf(live, 'Progressing')) {
      this.setProgress(live, {
        type: 'Progressing',
        status: 'True',
        reason: 'FoundNewReplicaSet',
        message: `Found new replica set "${nameOf(set)}"`,
      });
    }
  }

  private reportPause(deployment: JsonObject): void {
    const reason = conditionOf(deployment, 'Progressing')?.reason;
    if (reason === TIMED_OUT) return;
    const isPaused = at(deployment, 'spec', 'paused') === true;
    if (isPaused && reason !== 'DeploymentPaused') {
      this.setProgress(deployment, {
        type: 'Progressing',
        status: 'Unknown',
        reason: 'DeploymentPaused',
        message: 'Deployment is paused',
      });
    } else if (!isPaused && reason === 'DeploymentPaused') {
      this.setProgress(deployment, {
        type: 'Progressing',
        status: 'Unknown',
        reason: 'DeploymentResumed',
        message: 'Deployment is resumed',
      });
    }
  }

  private setProgress(deployment: JsonObject, entry: ConditionEntry): void {
    if (at(deployment, 'spec', 'progressDeadlineSeconds') === undefined) return;
    const live = this.context.current(deployment);
    if (!live) return;
    this.write(live, {
      ...asObject(live.status),
      conditions: setCondition(
        objectsAt(live, 'status', 'conditions'),
        entry,
        this.context.apiNow,
      ),
    });
  }

  /** Deletes old empty ReplicaSets beyond the history limit, the oldest first. */
  private cleanUp(deployment: JsonObject): void {
    const limit = at(deployment, 'spec', 'revisionHistoryLimit');
    if (typeof limit !== 'number') return;
    const sets = this.sets(deployment);
    const newSet = findNewSet(deployment, sets);
    const old = sets
      .filter(set => set !== newSet)
      .sort((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of old.slice(0, Math.max(0, old.length - limit))) {
      const isEmpty =
        replicasOf(set) === 0 &&
        numberAt(set, 0, 'status', 'replicas') === 0 &&
        numberAt(set, 0, 'status', 'observedGeneration') >= generationOf(set);
      if (isEmpty) this.context.delete(set);
    }
  }

  private write(deployment: JsonObject, status: JsonObject): void {
    const live = this.context.current(deployment);
    if (!live) return;
    this.context.attempt(() => this.context.writeStatus(live, status, MANAGER));
  }
}

function selectorWith(deployment: JsonObject, hash: string): JsonObject {
  const selector = asObject(at(deployment, 'spec', 'selector'));
  return {
    ...selector,
    matchLabels: { ...asObject(selector.matchLabels), [TEMPLATE_HASH]: hash },
  };
}
