import type { JsonObject } from '../../json/value';
import { asObject, asString, at } from '../../json/value';
import { conditionOf, nextCondition, withCondition } from '../conditions';
import type { ControllerContext } from '../controllerContext';
import { labelsOf, nameOf, namespaceOf, objectsAt } from '../objects';
import { matchesAll } from '../selector';
import { NODE_NAME } from '../cluster/node';

const COMPONENT = 'default-scheduler';

/** Why a pod is not given a node. */
interface Refusal {
  reason: 'Unschedulable' | 'SchedulingGated';
  message: string;
}

/** Puts pods on the one node there is, where they fit. */
export class Scheduler {
  constructor(private readonly context: ControllerContext) {}

  /** Gives a pod a node, or says why not. Returns whether it has one now. */
  schedule(pod: JsonObject): boolean {
    const refusal = this.refusal(pod);
    if (refusal) this.refuse(pod, refusal);
    else this.bind(pod);
    return refusal === undefined;
  }

  private bind(pod: JsonObject): void {
    const target = this.context.targetOf(pod);
    if (!target) return;
    const condition = nextCondition(
      conditionOf(pod, 'PodScheduled'),
      { type: 'PodScheduled', status: 'True' },
      this.context.apiNow,
      { lastProbeTime: null },
    );
    // As the binding subresource: neither tracked nor counted as a change of the spec.
    this.context.writer.save(
      target,
      {
        ...pod,
        spec: { ...asObject(pod.spec), nodeName: NODE_NAME },
        status: {
          ...asObject(pod.status),
          conditions: withCondition(
            objectsAt(pod, 'status', 'conditions'),
            condition,
          ),
        },
      },
      false,
    );
    this.context.events.record(pod, {
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${namespaceOf(pod)}/${nameOf(pod)} to ${NODE_NAME}`,
      component: COMPONENT,
    });
  }

  private refuse(pod: JsonObject, { reason, message }: Refusal): void {
    const before = conditionOf(pod, 'PodScheduled');
    const condition = nextCondition(
      before,
      { type: 'PodScheduled', status: 'False', reason, message },
      this.context.apiNow,
      { lastProbeTime: null },
    );
    if (condition === before) return;
    const conditions = withCondition(
      objectsAt(pod, 'status', 'conditions'),
      condition,
    );
    this.context.attempt(() =>
      this.context.writeStatus(
        pod,
        { ...asObject(pod.status), conditions },
        'kube-scheduler',
      ),
    );
    if (reason === 'SchedulingGated') return;
    this.context.events.record(pod, {
      type: 'Warning',
      reason: 'FailedScheduling',
      message,
      component: COMPONENT,
    });
  }

  private refusal(pod: JsonObject): Refusal | undefined {
    if (objectsAt(pod, 'spec', 'schedulingGates').length > 0) {
      return {
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      };
    }
    const problem = this.claimProblem(pod) ?? this.nodeProblem(pod);
    if (problem === undefined) return undefined;
    return {
      reason: 'Unschedulable',
      message: `0/1 nodes are available: ${problem}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`,
    };
  }

  private nodeProblem(pod: JsonObject): string | undefined {
    const node = this.context.store.get({
      storage: '/nodes',
      namespace: '',
      name: NODE_NAME,
    });
    if (!node) return '1 node(s) had untolerated taint(s)';
    if (at(node, 'spec', 'unschedulable') === true) {
      return '1 node(s) were unschedulable';
    }
    return matchesAll(asObject(at(pod, 'spec', 'nodeSelector')), labelsOf(node))
      ? undefined
      : "1 node(s) didn't match Pod's node affinity/selector";
  }

  private claimProblem(pod: JsonObject): string | undefined {
    for (const volume of objectsAt(pod, 'spec', 'volumes')) {
      const name = asString(at(volume, 'persistentVolumeClaim', 'claimName'));
      if (!name) continue;
      const claim = this.context.store.get({
        storage: '/persistentvolumeclaims',
        namespace: namespaceOf(pod),
        name,
      });
      if (!claim) return `persistentvolumeclaim "${name}" not found`;
      if (at(claim, 'status', 'phase') !== 'Bound') {
        return 'pod has unbound immediate PersistentVolumeClaims';
      }
    }
    return undefined;
  }
}
