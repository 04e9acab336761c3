import {
  ClusterClient,
  Impersonation,
} from '@backstage-gitops/kubernetes-apply';
import {
  CommonStatus,
  GitopsObject,
  KubeConfigReference,
} from '@backstage-gitops/plugin-gitops-common';
import { CustomErrorBase } from '@backstage/errors';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { HomePins, ReplacedCluster } from '../../homes/pinHome';
import { TargetOwner, TargetPins } from '../../targets/TargetPins';
import { Targets } from '../../targets/Targets';

/** Of what applies something: a Kustomization, or a HelmRelease. */
type Run = ReconcileRun<
  GitopsObject<
    { kubeConfig?: KubeConfigReference; serviceAccountName?: string },
    CommonStatus
  >
>;

/** Nobody is named whom a delivery may act as. */
export class NoDeliveryIdentityError extends CustomErrorBase {
  readonly name = 'NoDeliveryIdentityError';
  readonly code = 'GITOPS_NO_DELIVERY_IDENTITY';

  constructor(home: string) {
    super(
      `no ServiceAccount to deliver as: set spec.serviceAccountName, or let an administrator set reconcileAs of the home ${home}`,
    );
  }
}

/** Where a delivery applies. */
export interface DeliveryTarget {
  /** As whom the delivery acts there. */
  client: ClusterClient;
  /** Of the namespace kube-system; undefined for the home, and where it may not be seen. */
  clusterUid?: string;
  /** Set where the inventory is that of another cluster: nothing is deleted unasked. */
  replaced?: ReplacedCluster;
}

/**
 * Finds the cluster that a delivery applies to, and keeps in mind which one
 * that was.
 */
export class DeliveryTargets {
  private readonly targets: Pick<Targets, 'open'>;
  private readonly pins: TargetPins;
  private readonly homePins: Pick<HomePins, 'pinned'>;

  constructor(options: {
    targets: Pick<Targets, 'open'>;
    pins: TargetPins;
    homePins: Pick<HomePins, 'pinned'>;
  }) {
    this.targets = options.targets;
    this.pins = options.pins;
    this.homePins = options.homePins;
  }

  /**
   * The client that a delivery writes with. In its home it acts as its
   * ServiceAccount, or with the portal's own credential where the home allows
   * that; elsewhere as a ServiceAccount of that cluster, else with the credential
   * that `spec.kubeConfig` leads to (Flux 2.9).
   *
   * @throws NoDeliveryIdentityError, TargetError and others of {@link Targets}
   */
  async client(run: Run): Promise<ClusterClient> {
    const { target, identity } = await this.reach(run);
    return actAs(run, target, identity);
  }

  /** The same, and whether it is the cluster that the inventory is about. */
  async open(run: Run): Promise<DeliveryTarget> {
    const { target, identity, clusterUid } = await this.reach(run);
    const client = actAs(run, target, identity);
    if (run.object.spec.kubeConfig) {
      const replaced = differing(await this.noted(run), clusterUid);
      return { client, clusterUid, replaced };
    }
    // Only another spec brings a delivery back to its home.
    if (run.status.observedGeneration === run.generation) {
      return { client };
    }
    const noted = await this.noted(run);
    return noted === undefined
      ? { client }
      : {
          client,
          replaced: differing(noted, await this.homePins.pinned(run.home)),
        };
  }

  /** All that the inventory names is in this cluster now. */
  async settle(run: Run, target: DeliveryTarget): Promise<void> {
    const { clusterUid } = target;
    if (run.object.spec.kubeConfig && clusterUid === undefined) {
      return;
    }
    const isHome = !run.object.spec.kubeConfig;
    if (isHome && !target.replaced) {
      return;
    }
    if ((await this.noted(run)) !== clusterUid) {
      await this.pins.put(run.claim, ownerOf(run), clusterUid);
    }
  }

  /** The object goes away. */
  async forget(run: Run): Promise<void> {
    await this.pins.put(run.claim, ownerOf(run), undefined);
  }

  private noted(run: Run): Promise<string | undefined> {
    return this.pins.get(ownerOf(run));
  }

  private async reach(run: Run): Promise<{
    target: ClusterClient;
    identity?: Impersonation;
    clusterUid?: string;
  }> {
    const { home, namespace, signal } = run;
    const { kubeConfig, serviceAccountName } = run.object.spec;
    const identity = home.deliveryIdentity({ namespace, serviceAccountName });
    if (kubeConfig) {
      const { client, clusterUid } = await this.targets.open({
        ...{ home, namespace, kubeConfig, signal },
      });
      return {
        clusterUid,
        target: client.guardedBy(() => run.claim.assertHeld()),
        // The groups of a ServiceAccount come by themselves; naming them takes
        // rights that the credential need not have.
        identity:
          typeof identity === 'object' ? { user: identity.user } : undefined,
      };
    }
    if (!identity) {
      throw new NoDeliveryIdentityError(home.name);
    }
    return {
      target: home.client,
      identity: identity === 'portal' ? undefined : identity,
    };
  }
}

function actAs(
  { kind, namespace, name }: Run,
  client: ClusterClient,
  identity: Impersonation | undefined,
): ClusterClient {
  const acting = identity ? client.as(identity) : client;
  return acting.onBehalfOf(`${kind.kind}/${namespace}/${name}`);
}

function ownerOf(run: Run): TargetOwner {
  return { id: run.id, uid: run.object.metadata.uid ?? '' };
}

function differing(
  was: string | undefined,
  is: string | undefined,
): ReplacedCluster | undefined {
  return was !== undefined && is !== undefined && was !== is
    ? { was, is }
    : undefined;
}
