import type { JsonObject } from '../../json/value';
import { at } from '../../json/value';
import type { Change } from '../../storage/objectStore';
import { conditionOf, nextCondition } from '../conditions';
import type { Controller, ControllerContext } from '../controllerContext';
import {
  controllerOf,
  generationOf,
  isDeleting,
  labelsOf,
  namespaceOf,
} from '../objects';
import { isActive, isReady } from '../pods/podState';
import type { Reconciler } from '../reconcilers';
import { selects } from '../selector';
import { portion, replicasOf } from '../workloads/rollout';

const MANAGER = 'kube-controller-manager';

/** Counts what PodDisruptionBudgets allow (Kubernetes 1.34, `pkg/controller/disruption`). */
export class DisruptionBudgetController implements Reconciler, Controller {
  readonly storage = 'policy/poddisruptionbudgets';

  constructor(private readonly context: ControllerContext) {}

  onChange({ storage, object, previous }: Change): void {
    if (storage !== '/pods') return;
    const budgets = this.context.store.list(this.storage, namespaceOf(object));
    for (const budget of budgets) {
      const selector = at(budget, 'spec', 'selector');
      const isMeant = [object, previous].some(
        pod => pod && selects(selector, labelsOf(pod)),
      );
      if (isMeant) this.context.reconcilers.add(this.storage, budget);
    }
  }

  reconcile(budget: JsonObject): undefined {
    if (isDeleting(budget)) return;
    const pods = this.context.store
      .list('/pods', namespaceOf(budget))
      .filter(
        pod =>
          isActive(pod) &&
          selects(at(budget, 'spec', 'selector'), labelsOf(pod)),
      );
    const expected = this.expectedPods(pods);
    const healthy = pods.filter(isReady).length;
    const desired = desiredHealthy(budget, expected);
    const allowed = Math.max(0, healthy - desired);
    const condition = nextCondition(
      conditionOf(budget, 'DisruptionAllowed'),
      {
        type: 'DisruptionAllowed',
        status: allowed > 0 ? 'True' : 'False',
        reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      },
      this.context.apiNow,
      { message: '', observedGeneration: generationOf(budget) },
    );
    this.context.attempt(() =>
      this.context.writeStatus(
        budget,
        {
          observedGeneration: generationOf(budget),
          currentHealthy: healthy,
          desiredHealthy: desired,
          disruptionsAllowed: allowed,
          expectedPods: expected,
          conditions: [condition],
        },
        MANAGER,
      ),
    );
  }

  /** As many as their controllers want, or as there are. */
  private expectedPods(pods: JsonObject[]): number {
    let expected = 0;
    const seen = new Set<string>();
    for (const pod of pods) {
      const uid = controllerOf(pod)?.uid;
      const owner =
        uid === undefined ? undefined : this.context.owners.find(uid)?.object;
      if (!uid || !owner || at(owner, 'spec', 'replicas') === undefined) {
        expected += 1;
      } else if (!seen.has(uid)) {
        seen.add(uid);
        expected += replicasOf(owner);
      }
    }
    return expected;
  }
}

function desiredHealthy(budget: JsonObject, expected: number): number {
  const minAvailable = at(budget, 'spec', 'minAvailable');
  if (minAvailable !== undefined) {
    return portion(minAvailable, expected, Math.ceil);
  }
  const maxUnavailable = at(budget, 'spec', 'maxUnavailable');
  if (maxUnavailable === undefined) return 0;
  return Math.max(0, expected - portion(maxUnavailable, expected, Math.ceil));
}
