import {
  judgePrune,
  KubernetesApiError,
  refOfEntry,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import {
  ConditionType,
  GitopsAnnotation,
  heldPruneConditionOf,
  HeldPruneReason,
  Kustomization,
  Reason,
  ResourceRef,
} from '@backstage-gitops/plugin-gitops-common';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import {
  describeReplaced,
  HomePins,
  ReplacedCluster,
} from '../../homes/pinHome';
import { describeReplacedTarget } from '../../targets/TargetPins';
import { DeliveryTarget } from './DeliveryTargets';
import { HeldPrunes } from './HeldPrunes';
import { ownInventoryId } from './knownInventory';

type Run = ReconcileRun<Kustomization>;

/** Whether what left an inventory may be deleted now. */
export interface PruneDecision {
  stale: ResourceRef[];
  held: boolean;
  /** Somebody agreed to this very set. */
  approved: boolean;
}

/** How the condition names why a prune is held. */
const CONDITION_REASONS: Record<HeldPruneReason, string> = {
  'mass-prune': 'MassPrune',
  emptied: 'InventoryEmptied',
  'deletes-owner': 'DeletesItself',
  'home-replaced': 'HomeReplaced',
  'target-replaced': 'TargetReplaced',
};

const SHOWN = 10;

/**
 * Holds prunes that nobody can have meant without saying so: more than the bounds
 * allow, all there is, the delivery itself, or any in a home that is another cluster than it was. A
 * hold ends when somebody approves the very set, or when nothing is left to prune;
 * a set that changes meanwhile is held again, however small it became.
 */
export class PruneHolds {
  private readonly store: HeldPrunes;
  private readonly pins: HomePins;

  constructor(options: { store: HeldPrunes; pins: HomePins }) {
    this.store = options.store;
    this.pins = options.pins;
  }

  /** Judges, and says in condition, event and history what came of it. */
  async decide(
    run: Run,
    inventory: {
      known: readonly ResourceRef[];
      current: readonly ResourceRef[];
      target?: Pick<DeliveryTarget, 'replaced'>;
    },
  ): Promise<PruneDecision> {
    const { object, home } = run;
    const before = heldPruneConditionOf(object);
    const approval =
      object.metadata.annotations?.[GitopsAnnotation.approvedPrune]?.trim();
    const verdict = judgePrune({
      old: inventory.known,
      current: inventory.current,
      // What was held once goes on being held by any bounds.
      bounds:
        before && before.reason !== CONDITION_REASONS['home-replaced']
          ? { maxObjects: 0, maxShare: 0 }
          : home.pruneBounds,
      owner: ownInventoryId(run),
      approved: approval ? [approval] : [],
    });
    const { stale, digest, total } = verdict;
    const isElsewhere = object.spec.kubeConfig !== undefined;
    const replaced =
      stale.length > 0 && !isElsewhere
        ? await this.pins.check(home)
        : undefined;
    const agreed = stale.length > 0 && approval === digest;
    const moved = stale.length > 0 ? inventory.target?.replaced : undefined;
    if (verdict.verdict === 'go' && !replaced && (!moved || agreed)) {
      const approved = agreed;
      await this.release(run, approved ? stale.length : 0);
      return { stale, held: false, approved };
    }
    const reason = reasonOf({ replaced, moved, verdict: verdict.reason });
    const message = replaced
      ? `Prune of ${stale.length} of ${total} objects is held. ${describeReplaced(home.name, replaced)} (${digest})`
      : `Prune is held for approval: ${moved ? describeMoved(stale, total, moved) : verdict.message}. Approve it in the portal, or annotate the object with ${GitopsAnnotation.approvedPrune}: ${digest}`;
    const text = `${message}\n${listOf(stale)}`;
    const shown = await this.store.get(run.id, object);
    const isNews =
      before?.reason !== CONDITION_REASONS[reason] ||
      !before.message.includes(digest);
    await this.store.put(run.claim, object, {
      digest,
      reason,
      total,
      entries: stale,
      heldAt: shown?.digest === digest ? shown.heldAt : run.now(),
    });
    await run.report({
      condition: { type: ConditionType.PruneHeld, status: 'True' },
      reason: CONDITION_REASONS[reason],
      message: text,
    });
    await run.report({
      event: isNews ? 'Warning' : 'Trace',
      reason: Reason.PruneHeld,
      message: text,
      revision: run.status.lastAttemptedRevision,
    });
    return { stale, held: true, approved: false };
  }

  /** Nothing is held any more. */
  async release(run: Run, approvedCount: number = 0): Promise<void> {
    if (approvedCount > 0) {
      const actor = run.object.metadata.annotations?.[GitopsAnnotation.actor];
      await run.report({
        event: 'Normal',
        reason: 'PruneApproved',
        message: `Prune of ${approvedCount} objects was approved${actor ? `; ${actor} acted last in the portal` : ''}`,
        revision: run.status.lastAttemptedRevision,
      });
    }
    if (heldPruneConditionOf(run.object)) {
      run.conditions.delete(ConditionType.PruneHeld);
      await this.store.delete(run.claim);
    }
  }

  /** The object goes away. */
  async forget(run: Run): Promise<void> {
    await this.store.delete(run.claim);
  }

  /**
   * An approval is used up by its prune, so that it does not cover the same set
   * another time. What could not be deleted yet stays approved.
   */
  async settleApproval(
    run: Run,
    remaining: readonly ResourceRef[],
  ): Promise<void> {
    const { object, home, kind, namespace, name } = run;
    const annotation = GitopsAnnotation.approvedPrune;
    const used = object.metadata.annotations?.[annotation];
    const { digest } = judgePrune({ old: remaining, current: [] });
    const path = `/metadata/annotations/${annotation.replace('/', '~1')}`;
    run.claim.assertHeld();
    try {
      await home.client.patch(
        { apiVersion: kind.apiVersion, kind: kind.kind, namespace, name },
        {
          type: 'json',
          fieldManager: home.statusManager,
          body: [
            { op: 'test', path, value: used },
            remaining.length > 0
              ? { op: 'replace', path, value: digest }
              : { op: 'remove', path },
          ],
        },
      );
    } catch (error) {
      // Somebody approved something else meanwhile, or took it back.
      if (!(error instanceof KubernetesApiError) || error.status !== 422) {
        throw error;
      }
    }
  }
}

function reasonOf(why: {
  replaced?: ReplacedCluster;
  moved?: ReplacedCluster;
  verdict?: HeldPruneReason;
}): HeldPruneReason {
  if (why.replaced) {
    return 'home-replaced';
  }
  return why.moved ? 'target-replaced' : why.verdict!;
}

function describeMoved(
  stale: readonly ResourceRef[],
  total: number,
  moved: ReplacedCluster,
): string {
  return `${stale.length} of ${total} objects would be deleted, and ${describeReplacedTarget(moved)}`;
}

function listOf(entries: readonly ResourceRef[]): string {
  const shown = entries.slice(0, SHOWN).map(entry => {
    try {
      return subjectOf(refOfEntry(entry));
    } catch {
      return entry.id;
    }
  });
  const more = entries.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
