import type { JsonObject } from '../../json/value';
import { asObject, asString, at } from '../../json/value';
import type { Change } from '../../storage/objectStore';
import { conditionOf, nextCondition } from '../conditions';
import type { Controller, ControllerContext } from '../controllerContext';
import {
  generationOf,
  isDeleting,
  nameOf,
  namespaceOf,
  numberAt,
  objectsAt,
} from '../objects';
import type { Reconciler } from '../reconcilers';
import { replicasOf } from '../workloads/rollout';

const MANAGER = 'kube-controller-manager';
const TARGETS: Record<string, string> = {
  Deployment: 'apps/deployments',
  ReplicaSet: 'apps/replicasets',
  StatefulSet: 'apps/statefulsets',
};

/**
 * Keeps what HorizontalPodAutoscalers scale within their bounds. There is no
 * load: each metric is said to be at its target.
 */
export class AutoscalerController implements Reconciler, Controller {
  readonly storage = 'autoscaling/horizontalpodautoscalers';

  constructor(private readonly context: ControllerContext) {}

  onChange({ storage, object }: Change): void {
    if (!Object.values(TARGETS).includes(storage)) return;
    for (const scaler of this.context.store.list(
      this.storage,
      namespaceOf(object),
    )) {
      const reference = asObject(at(scaler, 'spec', 'scaleTargetRef'));
      if (reference.kind === object.kind && reference.name === nameOf(object)) {
        this.context.reconcilers.add(this.storage, scaler);
      }
    }
  }

  reconcile(scaler: JsonObject): undefined {
    if (isDeleting(scaler)) return;
    const target = this.target(scaler);
    if (!target) {
      this.reportMissing(scaler);
      return;
    }
    const current = replicasOf(target);
    const min = numberAt(scaler, 1, 'spec', 'minReplicas');
    const max = numberAt(scaler, 1, 'spec', 'maxReplicas');
    // A target of 0 replicas is switched off.
    const desired = current === 0 ? 0 : Math.min(Math.max(current, min), max);
    if (desired !== current)
      this.rescale(scaler, target, desired, current < min);
    this.report(scaler, target, current, desired);
  }

  private target(scaler: JsonObject): JsonObject | undefined {
    const reference = asObject(at(scaler, 'spec', 'scaleTargetRef'));
    const storage = TARGETS[String(reference.kind)];
    return (
      (storage &&
        this.context.store.get({
          storage,
          namespace: namespaceOf(scaler),
          name: asString(reference.name) ?? '',
        })) ||
      undefined
    );
  }

  private rescale(
    scaler: JsonObject,
    target: JsonObject,
    replicas: number,
    isBelow: boolean,
  ): void {
    const next = { ...target, spec: { ...asObject(target.spec), replicas } };
    const done = this.context.attempt(() =>
      this.context.update(target, next, MANAGER),
    );
    if (!done) return;
    this.context.events.record(scaler, {
      type: 'Normal',
      reason: 'SuccessfulRescale',
      message: `New size: ${replicas}; reason: Current number of replicas ${isBelow ? 'below Spec.MinReplicas' : 'above Spec.MaxReplicas'}`,
      component: 'horizontal-pod-autoscaler',
    });
  }

  private report(
    scaler: JsonObject,
    target: JsonObject,
    current: number,
    desired: number,
  ): void {
    const isOff = current === 0;
    this.write(scaler, {
      currentReplicas: numberAt(target, 0, 'status', 'replicas'),
      desiredReplicas: desired,
      ...(desired !== current ? { lastScaleTime: this.context.apiNow } : {}),
      currentMetrics: isOff
        ? null
        : objectsAt(scaler, 'spec', 'metrics').map(metricAtTarget),
      conditions: this.conditions(scaler, [
        [
          'AbleToScale',
          'True',
          'ReadyForNewScale',
          'recommended size matches current size',
        ],
        isOff
          ? [
              'ScalingActive',
              'False',
              'ScalingDisabled',
              'scaling is disabled since the replica count of the target is zero',
            ]
          : [
              'ScalingActive',
              'True',
              'ValidMetricFound',
              'the HPA was able to successfully calculate a replica count from its metrics',
            ],
        [
          'ScalingLimited',
          'False',
          'DesiredWithinRange',
          'the desired count is within the acceptable range',
        ],
      ]),
    });
  }

  private reportMissing(scaler: JsonObject): void {
    const reference = asObject(at(scaler, 'spec', 'scaleTargetRef'));
    const message = `the HPA controller was unable to get the target's current scale: ${String(reference.kind).toLowerCase()}s.apps "${String(reference.name)}" not found`;
    this.write(scaler, {
      currentReplicas: 0,
      desiredReplicas: 0,
      currentMetrics: null,
      conditions: this.conditions(scaler, [
        ['AbleToScale', 'False', 'FailedGetScale', message],
      ]),
    });
  }

  private conditions(
    scaler: JsonObject,
    entries: Array<[string, 'True' | 'False', string, string]>,
  ): JsonObject[] {
    return entries.map(([type, status, reason, message]) =>
      nextCondition(
        conditionOf(scaler, type),
        { type, status, reason, message },
        this.context.apiNow,
      ),
    );
  }

  private write(scaler: JsonObject, status: JsonObject): void {
    const lastScaleTime = at(scaler, 'status', 'lastScaleTime');
    this.context.attempt(() =>
      this.context.writeStatus(
        scaler,
        {
          ...(lastScaleTime ? { lastScaleTime } : {}),
          ...status,
          ...(generationOf(scaler)
            ? { observedGeneration: generationOf(scaler) }
            : {}),
        },
        MANAGER,
      ),
    );
  }
}

/** A metric's status at its target. */
function metricAtTarget(metric: JsonObject): JsonObject {
  const type = asString(metric.type) ?? '';
  const field = type.charAt(0).toLowerCase() + type.slice(1);
  const source = asObject(metric[field]);
  const target = asObject(source.target);
  const { target: _target, ...rest } = source;
  return {
    type,
    [field]: {
      ...rest,
      current: {
        averageValue:
          target.averageValue ?? (type === 'Resource' ? '100m' : undefined),
        averageUtilization: target.averageUtilization,
        value: target.value,
      },
    },
  };
}
