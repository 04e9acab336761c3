import type { JsonObject } from '../../json/value';
import { asString, at } from '../../json/value';
import type { Change } from '../../storage/objectStore';
import { NODE_ADDRESS, NODE_NAME } from '../cluster/node';
import type { Controller, ControllerContext } from '../controllerContext';
import {
  controllerOf,
  isDeleting,
  namespaceOf,
  objectsAt,
  uidOf,
} from '../objects';
import type { Reconciler } from '../reconcilers';
import { behaviourOf, changesBehaviour } from './behaviour';
import { PodAddresses } from './podAddresses';
import { stepPod } from './podLife';
import { isFinished } from './podState';
import { missingEnvironment, missingVolume } from './references';
import { Scheduler } from './scheduler';

const BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;
// So many times a Job's pod that is to fail crashes without waiting.
const QUICK_CRASHES = 10;
/** What pods may wait for, besides time. */
const AWAITED = new Set([
  '/configmaps',
  '/secrets',
  '/persistentvolumeclaims',
  '/nodes',
]);

interface Pull {
  attempts: number;
  dueAt: number;
}

/**
 * Runs pods without running anything: schedules them and reports what kubelet
 * reports (Kubernetes 1.34, `pkg/kubelet`).
 */
export class Kubelet implements Reconciler, Controller {
  readonly storage = '/pods';
  private readonly scheduler: Scheduler;
  private readonly addresses: PodAddresses;
  /** Pods by namespace that wait for an object. */
  private readonly waiting = new Map<string, Set<string>>();
  private readonly pulls = new Map<string, Pull>();

  constructor(private readonly context: ControllerContext) {
    this.scheduler = new Scheduler(context);
    this.addresses = new PodAddresses(context.store);
  }

  onChange(change: Change): void {
    this.addresses.onChange(change);
    const { storage, object, previous, type } = change;
    if (storage === '/pods') {
      if (type === 'DELETED') this.forget(object);
      return;
    }
    if (AWAITED.has(storage)) this.wake(namespaceOf(object));
    if (type === 'MODIFIED' && changesBehaviour(previous, object)) {
      this.wakePodsOf(object);
    }
  }

  reconcile(pod: JsonObject): number | undefined {
    if (isDeleting(pod) || isFinished(pod)) return undefined;
    const node = asString(at(pod, 'spec', 'nodeName'));
    if (!node) {
      if (!this.scheduler.schedule(pod)) this.await(pod);
      return undefined;
    }
    return node === NODE_NAME ? this.run(pod) : undefined;
  }

  private run(pod: JsonObject): number | undefined {
    const { context } = this;
    const behaviour = behaviourOf(pod, context.owners);
    const isUp = objectsAt(pod, 'status', 'containerStatuses').some(
      status => at(status, 'state', 'running') !== undefined,
    );
    const unmountable = isUp ? undefined : missingVolume(context.store, pod);
    const isJobPod = controllerOf(pod)?.kind === 'Job';
    let isAwaiting = unmountable !== undefined;
    const step = stepPod({
      pod,
      behaviour,
      unmountable,
      now: context.apiNow,
      time: context.time,
      hostIp: NODE_ADDRESS,
      podIp:
        at(pod, 'spec', 'hostNetwork') === true
          ? NODE_ADDRESS
          : this.addresses.of(uidOf(pod)),
      crashDelayMs: restarts =>
        isJobPod && behaviour.health === 'failed' && restarts < QUICK_CRASHES
          ? 0
          : backOffMs(restarts),
      misconfigured: container => {
        const problem = missingEnvironment(context.store, pod, container);
        isAwaiting ||= problem !== undefined;
        return problem;
      },
      pullAgainIn: container => this.pullAgainIn(pod, container),
    });
    if (isAwaiting) this.await(pod);
    context.attempt(() => context.writeStatus(pod, step.status, 'kubelet'));
    for (const event of step.events) {
      context.events.record(pod, {
        ...event,
        component: 'kubelet',
        host: NODE_NAME,
      });
    }
    return step.again;
  }

  /** When a failed pull is repeated: after 10 s, 20 s, 40 s and so on up to five minutes. */
  private pullAgainIn(pod: JsonObject, container: JsonObject): number {
    const id = `${uidOf(pod)} ${String(container.name)}`;
    const { time } = this.context;
    const known = this.pulls.get(id);
    if (known && known.dueAt > time) return known.dueAt - time;
    const isPulling = objectsAt(pod, 'status', 'containerStatuses').some(
      status =>
        status.name === container.name &&
        at(status, 'state', 'waiting', 'reason') === 'ErrImagePull',
    );
    // Due: it is pulled now, and the wait begins when that has failed.
    if (known && !isPulling) return 0;
    const attempts = (known?.attempts ?? 0) + 1;
    const wait = backOffMs(attempts);
    this.pulls.set(id, { attempts, dueAt: time + wait });
    return wait;
  }

  private await(pod: JsonObject): void {
    const namespace = namespaceOf(pod);
    const pods = this.waiting.get(namespace) ?? new Set<string>();
    pods.add(uidOf(pod));
    this.waiting.set(namespace, pods);
  }

  /** Looks again at pods that wait, in a namespace or, for what has none, in all. */
  private wake(namespace: string): void {
    const namespaces = namespace ? [namespace] : [...this.waiting.keys()];
    for (const name of namespaces) {
      const pods = this.waiting.get(name);
      this.waiting.delete(name);
      for (const uid of pods ?? []) {
        const found = this.context.owners.find(uid);
        if (found) this.context.reconcilers.add(found.storage, found.object);
      }
    }
  }

  private wakePodsOf(owner: JsonObject): void {
    for (const dependent of this.context.owners.dependents(uidOf(owner))) {
      if (dependent.kind === 'Pod') {
        this.context.reconcilers.add('/pods', dependent);
      } else {
        this.wakePodsOf(dependent);
      }
    }
  }

  private forget(pod: JsonObject): void {
    for (const container of objectsAt(pod, 'spec', 'containers')) {
      this.pulls.delete(`${uidOf(pod)} ${String(container.name)}`);
    }
    this.waiting.get(namespaceOf(pod))?.delete(uidOf(pod));
    for (const container of objectsAt(pod, 'spec', 'containers')) {
      const wasRunning = objectsAt(pod, 'status', 'containerStatuses').some(
        status =>
          status.name === container.name && at(status, 'state', 'running'),
      );
      if (!wasRunning) continue;
      this.context.events.record(pod, {
        type: 'Normal',
        reason: 'Killing',
        message: `Stopping container ${String(container.name)}`,
        component: 'kubelet',
        host: NODE_NAME,
        fieldPath: `spec.containers{${String(container.name)}}`,
      });
    }
  }
}

function backOffMs(attempts: number): number {
  return Math.min(
    BACK_OFF_MS * 2 ** Math.max(0, attempts - 1),
    LONGEST_BACK_OFF_MS,
  );
}
