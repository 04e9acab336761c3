import type { JsonObject } from '../../json/value';
import { asArray, asObject, at } from '../../json/value';
import { NODE_NAME } from '../cluster/node';
import type { Change } from '../../storage/objectStore';
import type { Controller, ControllerContext } from '../controllerContext';
import {
  compact,
  createdAt,
  generationOf,
  isDeleting,
  labelsOf,
  nameOf,
  numberAt,
} from '../objects';
import {
  isActive,
  isAvailable,
  isFinished,
  isReady,
  nextAvailability,
} from '../pods/podState';
import type { Reconciler } from '../reconcilers';
import { matchesAll } from '../selector';
import { adoptPods } from './adoption';
import { podFromTemplate } from './podTemplate';
import { hashOfRevision, REVISION_HASH, Revisions } from './revisions';
import { portion } from './rollout';

const MANAGER = 'kube-controller-manager';
const NODES = '/nodes';

const ON_NODE = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [
      {
        matchFields: [
          { key: 'metadata.name', operator: 'In', values: [NODE_NAME] },
        ],
      },
    ],
  },
};

const TOLERATIONS = [
  ['not-ready', 'NoExecute'],
  ['unreachable', 'NoExecute'],
  ['disk-pressure', 'NoSchedule'],
  ['memory-pressure', 'NoSchedule'],
  ['pid-pressure', 'NoSchedule'],
  ['unschedulable', 'NoSchedule'],
].map(([name, effect]) => ({
  key: `node.kubernetes.io/${name}`,
  operator: 'Exists',
  effect,
}));

/** Keeps one pod of each DaemonSet on the one node (Kubernetes 1.34, `pkg/controller/daemon`). */
export class DaemonSetController implements Reconciler, Controller {
  readonly storage = 'apps/daemonsets';
  private readonly revisions: Revisions;

  constructor(private readonly context: ControllerContext) {
    this.revisions = new Revisions(context, REVISION_HASH);
  }

  onChange({ storage }: Change): void {
    if (storage !== NODES) return;
    for (const set of this.context.store.list(this.storage)) {
      this.context.reconcilers.add(this.storage, set);
    }
  }

  reconcile(set: JsonObject): number | undefined {
    if (!isDeleting(set)) adoptPods(this.context, set);
    const revision = this.revisions.current(set);
    if (!revision) return undefined;
    const hash = hashOfRevision(revision, REVISION_HASH);
    if (!isDeleting(set)) this.manage(set, hash);
    const live = this.context.current(set);
    if (!live) return undefined;
    const pods = this.pods(live);
    this.report(live, pods, hash);
    const used = new Set(pods.map(pod => labelsOf(pod)[REVISION_HASH]));
    this.revisions.trim(live, entry => {
      const known = hashOfRevision(entry, REVISION_HASH);
      return known === hash || used.has(known);
    });
    return nextAvailability(pods, minReadySeconds(live), this.context.time);
  }

  private pods(set: JsonObject): JsonObject[] {
    return this.context
      .controlled(set, '/pods')
      .filter(pod => !isDeleting(pod));
  }

  private isWanted(set: JsonObject): boolean {
    const node = this.context.store.get({
      storage: NODES,
      namespace: '',
      name: NODE_NAME,
    });
    const selector = asObject(
      at(set, 'spec', 'template', 'spec', 'nodeSelector'),
    );
    return node !== undefined && matchesAll(selector, labelsOf(node));
  }

  private manage(set: JsonObject, hash: string): void {
    const pods = this.pods(set);
    for (const pod of pods.filter(isFinished)) {
      this.event(
        set,
        'FailedDaemonPod',
        `Found failed daemon pod ${nameOf(pod)} on node ${NODE_NAME}, will try to kill it`,
        true,
      );
      this.context.delete(pod);
    }
    const active = pods.filter(isActive);
    if (!this.isWanted(set)) {
      for (const pod of active) this.deletePod(set, pod);
      return;
    }
    const isNew = (pod: JsonObject) => labelsOf(pod)[REVISION_HASH] === hash;
    const old = active.filter(pod => !isNew(pod));
    const fresh = active
      .filter(isNew)
      .sort((a, b) => createdAt(a) - createdAt(b));
    for (const pod of fresh.slice(1)) this.deletePod(set, pod);
    if (old.length === 0) {
      if (fresh.length === 0) this.createPod(set, hash);
      return;
    }
    this.replace(set, old, fresh[0], hash);
  }

  private replace(
    set: JsonObject,
    old: JsonObject[],
    fresh: JsonObject | undefined,
    hash: string,
  ): void {
    const strategy = asObject(at(set, 'spec', 'updateStrategy'));
    if (strategy.type === 'OnDelete') return;
    const surge = portion(
      at(strategy, 'rollingUpdate', 'maxSurge'),
      1,
      Math.ceil,
    );
    if (surge === 0) {
      // The new pod follows when the old one is gone.
      for (const pod of old) this.deletePod(set, pod);
      return;
    }
    if (!fresh) {
      this.createPod(set, hash);
    } else if (isAvailable(fresh, minReadySeconds(set), this.context.time)) {
      for (const pod of old) this.deletePod(set, pod);
    }
  }

  private createPod(set: JsonObject, hash: string): void {
    const template = asObject(at(set, 'spec', 'template'));
    const pod = podFromTemplate(set, template, {
      generateName: `${nameOf(set)}-`,
      labels: {
        [REVISION_HASH]: hash,
        'pod-template-generation': String(generationOf(set)),
      },
    });
    const spec = asObject(pod.spec);
    const done = this.context.attempt(() => {
      const created = this.context.create(
        {
          ...pod,
          spec: {
            ...spec,
            affinity: { ...asObject(spec.affinity), nodeAffinity: ON_NODE },
            tolerations: [...asArray(spec.tolerations), ...TOLERATIONS],
          },
        },
        MANAGER,
      );
      this.event(set, 'SuccessfulCreate', `Created pod: ${nameOf(created)}`);
    });
    if (!done) this.event(set, 'FailedCreate', 'Error creating pod', true);
  }

  private deletePod(set: JsonObject, pod: JsonObject): void {
    if (!this.context.delete(pod)) return;
    this.event(set, 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`);
  }

  private report(set: JsonObject, pods: JsonObject[], hash: string): void {
    const wanted = this.isWanted(set) ? 1 : 0;
    const active = pods.filter(isActive);
    const available = active.some(pod =>
      isAvailable(pod, minReadySeconds(set), this.context.time),
    )
      ? 1
      : 0;
    const isUpdated = active.some(pod => labelsOf(pod)[REVISION_HASH] === hash);
    const status = {
      currentNumberScheduled: Math.min(active.length, wanted),
      desiredNumberScheduled: wanted,
      numberMisscheduled: 0,
      numberReady: active.some(isReady) ? 1 : 0,
      ...compact({
        observedGeneration: generationOf(set),
        updatedNumberScheduled: isUpdated ? 1 : 0,
        numberAvailable: available,
        numberUnavailable: wanted - available,
      }),
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
      component: 'daemonset-controller',
    });
  }
}

function minReadySeconds(set: JsonObject): number {
  return numberAt(set, 0, 'spec', 'minReadySeconds');
}
