import { ApiError } from '../../api/apiError';
import type { JsonObject } from '../../json/value';
import { asObject, at } from '../../json/value';
import { conditionOf, nextCondition } from '../conditions';
import type { ControllerContext } from '../controllerContext';
import {
  compact,
  generationOf,
  isDeleting,
  labelsOf,
  nameOf,
  numberAt,
  objectsAt,
} from '../objects';
import {
  deletionOrder,
  isActive,
  isAvailable,
  isReady,
  nextAvailability,
} from '../pods/podState';
import type { Reconciler } from '../reconcilers';
import { matchesAll } from '../selector';
import { adoptPods } from './adoption';
import { podFromTemplate } from './podTemplate';

const MANAGER = 'kube-controller-manager';
const RETRY_MS = 5000;

/** A kind that keeps a number of equal pods. */
export interface ReplicaKind {
  storage: string;
  component: string;
}

/** ReplicaSets. */
export const REPLICA_SETS: ReplicaKind = {
  storage: 'apps/replicasets',
  component: 'replicaset-controller',
};

/** ReplicationControllers. */
export const REPLICATION_CONTROLLERS: ReplicaKind = {
  storage: '/replicationcontrollers',
  component: 'replication-controller',
};

/**
 * Keeps as many pods as a ReplicaSet or ReplicationController asks for
 * (Kubernetes 1.34, `pkg/controller/replicaset`).
 */
export class ReplicaSetController implements Reconciler {
  readonly storage: string;

  constructor(
    private readonly context: ControllerContext,
    private readonly kind: ReplicaKind,
  ) {
    this.storage = kind.storage;
  }

  reconcile(set: JsonObject): number | undefined {
    if (!isDeleting(set)) adoptPods(this.context, set);
    const failure = isDeleting(set) ? undefined : this.manage(set);
    const live = this.context.current(set);
    if (!live) return undefined;
    const pods = this.activePods(live);
    this.report(live, pods, failure);
    return failure
      ? RETRY_MS
      : nextAvailability(pods, minReadySeconds(live), this.context.time);
  }

  private activePods(set: JsonObject): JsonObject[] {
    return this.context.controlled(set, '/pods').filter(isActive);
  }

  /** Creates or deletes pods. Returns why it could not. */
  private manage(set: JsonObject): ReplicaFailure | undefined {
    const pods = this.activePods(set);
    const missing = numberAt(set, 1, 'spec', 'replicas') - pods.length;
    if (missing < 0) return this.deletePods(set, pods, -missing);
    for (let count = 0; count < missing; count += 1) {
      const failure = this.createPod(set);
      if (failure) return failure;
    }
    return undefined;
  }

  private createPod(set: JsonObject): ReplicaFailure | undefined {
    const pod = podFromTemplate(set, asObject(at(set, 'spec', 'template')), {
      generateName: `${nameOf(set)}-`,
    });
    try {
      const created = this.context.create(pod, MANAGER);
      this.event(set, 'SuccessfulCreate', `Created pod: ${nameOf(created)}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.event(set, 'FailedCreate', `Error creating: ${error.message}`, true);
      return { reason: 'FailedCreate', message: error.message };
    }
  }

  private deletePods(
    set: JsonObject,
    pods: JsonObject[],
    count: number,
  ): undefined {
    for (const pod of deletionOrder(pods).slice(0, count)) {
      if (!this.context.delete(pod)) continue;
      this.event(set, 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`);
    }
  }

  private event(
    set: JsonObject,
    reason: string,
    message: string,
    warns = false,
  ): void {
    this.context.events.record(set, {
      type: warns ? 'Warning' : 'Normal',
      reason,
      message,
      component: this.kind.component,
    });
  }

  private report(
    set: JsonObject,
    pods: JsonObject[],
    failure: ReplicaFailure | undefined,
  ): void {
    const { time, apiNow } = this.context;
    const labels = asObject(at(set, 'spec', 'template', 'metadata', 'labels'));
    const conditions = objectsAt(set, 'status', 'conditions').filter(
      entry => entry.type !== 'ReplicaFailure',
    );
    if (failure) {
      conditions.push(
        nextCondition(
          conditionOf(set, 'ReplicaFailure'),
          { type: 'ReplicaFailure', status: 'True', ...failure },
          apiNow,
        ),
      );
    }
    const status = {
      replicas: pods.length,
      ...compact({
        fullyLabeledReplicas: pods.filter(pod =>
          matchesAll(labels, labelsOf(pod)),
        ).length,
        readyReplicas: pods.filter(isReady).length,
        availableReplicas: pods.filter(pod =>
          isAvailable(pod, minReadySeconds(set), time),
        ).length,
        observedGeneration: generationOf(set),
        conditions,
      }),
    };
    this.context.attempt(() => this.context.writeStatus(set, status, MANAGER));
  }
}

interface ReplicaFailure {
  reason: string;
  message: string;
}

function minReadySeconds(set: JsonObject): number {
  return numberAt(set, 0, 'spec', 'minReadySeconds');
}
