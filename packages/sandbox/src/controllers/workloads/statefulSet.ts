import { ApiError } from '../../api/apiError';
import type { JsonObject } from '../../json/value';
import { asArray, asObject, asString, at } from '../../json/value';
import type { ControllerContext } from '../controllerContext';
import {
  compact,
  controllerReference,
  generationOf,
  isDeleting,
  labelsOf,
  nameOf,
  namespaceOf,
  numberAt,
  objectsAt,
} from '../objects';
import {
  isActive,
  isAvailable,
  isFinished,
  isReady,
  nextAvailability,
} from '../pods/podState';
import type { Reconciler } from '../reconcilers';
import { adoptPods } from './adoption';
import { podFromTemplate } from './podTemplate';
import { REVISION_HASH, Revisions, templateOf } from './revisions';
import { replicasOf } from './rollout';

const MANAGER = 'kube-controller-manager';
const COMPONENT = 'statefulset-controller';
const HASH_LABEL = 'controller.kubernetes.io/hash';
const RETRY_MS = 5000;

/** Where a StatefulSet stands. */
interface Rollout {
  set: JsonObject;
  current: JsonObject;
  update: JsonObject;
  /** Pods by ordinal. */
  pods: Map<number, JsonObject>;
}

/**
 * Keeps a StatefulSet's pods and their claims, in order (Kubernetes 1.34,
 * `pkg/controller/statefulset`).
 */
export class StatefulSetController implements Reconciler {
  readonly storage = 'apps/statefulsets';
  private readonly revisions: Revisions;

  constructor(private readonly context: ControllerContext) {
    this.revisions = new Revisions(context, HASH_LABEL);
  }

  reconcile(set: JsonObject): number | undefined {
    if (!isDeleting(set)) adoptPods(this.context, set);
    const update = this.revisions.current(set);
    if (!update) return undefined;
    const currentName = at(set, 'status', 'currentRevision');
    const current =
      this.revisions.list(set).find(entry => nameOf(entry) === currentName) ??
      update;
    const rollout = { set, current, update, pods: this.pods(set) };
    const failed = isDeleting(set) ? false : this.move(rollout);
    const live = this.context.current(set);
    if (!live) return undefined;
    const pods = this.pods(live);
    this.report({ set: live, current, update, pods });
    const used = new Set([
      ...[...pods.values()].map(pod => labelsOf(pod)[REVISION_HASH]),
      nameOf(current),
      nameOf(update),
    ]);
    this.revisions.trim(live, revision => used.has(nameOf(revision)));
    return failed
      ? RETRY_MS
      : nextAvailability(
          [...pods.values()],
          minReadySeconds(live),
          this.context.time,
        );
  }

  private pods(set: JsonObject): Map<number, JsonObject> {
    const found = this.context
      .controlled(set, '/pods')
      .map((pod): [number, JsonObject] => [ordinalOf(set, pod), pod])
      .filter(([ordinal]) => ordinal >= 0)
      .sort(([a], [b]) => a - b);
    return new Map(found);
  }

  /** Makes the next steps. Returns whether one was refused. */
  private move(rollout: Rollout): boolean {
    const { set, pods } = rollout;
    const first = firstOrdinal(set);
    const end = first + replicasOf(set);
    const isOrdered = at(set, 'spec', 'podManagementPolicy') !== 'Parallel';
    for (let ordinal = first; ordinal < end; ordinal += 1) {
      const pod = pods.get(ordinal);
      if (pod && isFinished(pod) && !isDeleting(pod)) {
        this.event(
          set,
          'RecreatingFailedPod',
          `StatefulSet ${namespaceOf(set)}/${nameOf(set)} is recreating failed Pod ${nameOf(pod)}`,
          true,
        );
        this.context.delete(pod);
        return false;
      }
      if (!pod && !this.createPod(rollout, ordinal)) return true;
      if (isOrdered && !(pod && this.isHealthy(set, pod))) return false;
    }
    const surplus = [...pods].filter(
      ([ordinal]) => ordinal >= end || ordinal < first,
    );
    if (surplus.length > 0) {
      this.condemn(set, surplus, isOrdered);
      return false;
    }
    this.updatePods(rollout);
    return false;
  }

  private condemn(
    set: JsonObject,
    surplus: Array<[number, JsonObject]>,
    isOrdered: boolean,
  ): void {
    const last = [...surplus].reverse();
    for (const [, pod] of isOrdered ? last.slice(0, 1) : last) {
      this.deletePod(set, pod);
    }
  }

  /** Replaces the pod of the highest ordinal that has an old template, once those above it are healthy. */
  private updatePods({ set, update, pods }: Rollout): void {
    const strategy = asObject(at(set, 'spec', 'updateStrategy'));
    if (strategy.type === 'OnDelete') return;
    const partition = numberAt(strategy, 0, 'rollingUpdate', 'partition');
    for (const [ordinal, pod] of [...pods].reverse()) {
      if (ordinal < firstOrdinal(set) + partition || isDeleting(pod)) return;
      if (labelsOf(pod)[REVISION_HASH] !== nameOf(update)) {
        this.deletePod(set, pod);
        return;
      }
      if (!this.isHealthy(set, pod)) return;
    }
  }

  private isHealthy(set: JsonObject, pod: JsonObject): boolean {
    return (
      isActive(pod) && isAvailable(pod, minReadySeconds(set), this.context.time)
    );
  }

  private createPod(
    { set, current, update }: Rollout,
    ordinal: number,
  ): boolean {
    const strategy = asObject(at(set, 'spec', 'updateStrategy'));
    const partition = numberAt(strategy, 0, 'rollingUpdate', 'partition');
    // Below the partition, and until the first pod is updated, the old template stays.
    const isOld =
      strategy.type !== 'OnDelete' &&
      ordinal < firstOrdinal(set) + partition &&
      nameOf(current) !== nameOf(update);
    const revision = isOld ? current : update;
    const name = `${nameOf(set)}-${ordinal}`;
    try {
      this.createClaims(set, ordinal, name);
      this.context.create(this.pod(set, revision, ordinal, name), MANAGER);
      this.event(
        set,
        'SuccessfulCreate',
        `create Pod ${name} in StatefulSet ${nameOf(set)} successful`,
      );
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.event(
        set,
        'FailedCreate',
        `create Pod ${name} in StatefulSet ${nameOf(set)} failed error: ${error.message}`,
        true,
      );
      return false;
    }
  }

  private pod(
    set: JsonObject,
    revision: JsonObject,
    ordinal: number,
    name: string,
  ): JsonObject {
    const pod = podFromTemplate(set, templateOf(revision), {
      name,
      generateName: `${nameOf(set)}-`,
      labels: {
        'apps.kubernetes.io/pod-index': String(ordinal),
        [REVISION_HASH]: nameOf(revision),
        'statefulset.kubernetes.io/pod-name': name,
      },
    });
    const spec = asObject(pod.spec);
    const claims = objectsAt(set, 'spec', 'volumeClaimTemplates');
    const volumes = claims.map(claim => ({
      name: nameOf(claim),
      persistentVolumeClaim: { claimName: `${nameOf(claim)}-${name}` },
    }));
    const others = asArray(spec.volumes).filter(
      volume => !volumes.some(own => own.name === asObject(volume).name),
    );
    const subdomain = asString(at(set, 'spec', 'serviceName'));
    return {
      ...pod,
      spec: {
        ...spec,
        hostname: name,
        ...(subdomain ? { subdomain } : {}),
        ...(volumes.length + others.length > 0
          ? { volumes: [...volumes, ...others] }
          : {}),
      },
    };
  }

  private createClaims(set: JsonObject, ordinal: number, pod: string): void {
    const labels = asObject(at(set, 'spec', 'selector', 'matchLabels'));
    const retention = asObject(
      at(set, 'spec', 'persistentVolumeClaimRetentionPolicy'),
    );
    for (const template of objectsAt(set, 'spec', 'volumeClaimTemplates')) {
      const name = `${nameOf(template)}-${pod}`;
      const namespace = namespaceOf(set);
      const storage = '/persistentvolumeclaims';
      if (this.context.store.get({ storage, namespace, name })) continue;
      this.context.create(
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            name,
            namespace,
            labels: { ...labelsOf(template), ...labels },
            annotations: at(template, 'metadata', 'annotations'),
            ...(retention.whenDeleted === 'Delete'
              ? { ownerReferences: [controllerReference(set)] }
              : {}),
          },
          spec: template.spec,
        },
        MANAGER,
      );
      this.event(
        set,
        'SuccessfulCreate',
        `create Claim ${name} Pod ${nameOf(set)}-${ordinal} in StatefulSet ${nameOf(set)} success`,
      );
    }
  }

  private deletePod(set: JsonObject, pod: JsonObject): void {
    if (!this.context.delete(pod)) return;
    this.event(
      set,
      'SuccessfulDelete',
      `delete Pod ${nameOf(pod)} in StatefulSet ${nameOf(set)} successful`,
    );
  }

  private report({ set, current, update, pods }: Rollout): void {
    const { time } = this.context;
    const active = [...pods.values()].filter(isActive);
    const of = (revision: JsonObject) =>
      active.filter(pod => labelsOf(pod)[REVISION_HASH] === nameOf(revision));
    const ready = active.filter(isReady).length;
    const updated = of(update).length;
    const strategy = at(set, 'spec', 'updateStrategy', 'type');
    const isDone =
      updated === replicasOf(set) &&
      ready === replicasOf(set) &&
      active.length === replicasOf(set) &&
      strategy !== 'OnDelete';
    const status = {
      ...compact({
        observedGeneration: generationOf(set),
        readyReplicas: ready,
        currentReplicas: isDone ? updated : of(current).length,
        updatedReplicas: updated,
        currentRevision: nameOf(isDone ? update : current),
        updateRevision: nameOf(update),
      }),
      replicas: active.length,
      availableReplicas: active.filter(pod =>
        isAvailable(pod, minReadySeconds(set), time),
      ).length,
      collisionCount: 0,
    };
    this.context.attempt(() => this.context.writeStatus(set, status, MANAGER));
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
      component: COMPONENT,
    });
  }
}

function firstOrdinal(set: JsonObject): number {
  return numberAt(set, 0, 'spec', 'ordinals', 'start');
}

/** The ordinal in a pod's name; -1 for a pod that is not one of the set. */
function ordinalOf(set: JsonObject, pod: JsonObject): number {
  const prefix = `${nameOf(set)}-`;
  const name = nameOf(pod);
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : -1;
}

function minReadySeconds(set: JsonObject): number {
  return numberAt(set, 0, 'spec', 'minReadySeconds');
}
