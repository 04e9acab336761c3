import { Knex } from 'knex';
import { fenced } from '../database/fenced';
import { Row } from '../database/rows';
import { Claim } from '../engine/queue/WorkQueue';
import { ReplacedCluster } from '../homes/pinHome';

const TABLE = 'gitops_target_pins';

/** Whose target it is: an object made anew under its name is another one. */
export interface TargetOwner {
  id: string;
  uid: string;
}

/**
 * Remembers which cluster each delivery with `spec.kubeConfig` was last applied
 * to, by the UID of its namespace `kube-system`, so that what left an inventory
 * is not pruned in another cluster. Where the credential of the target may not
 * see that namespace, or the database was lost, nothing is known, and the target
 * is believed, as Flux 2.9 always does.
 */
export class TargetPins {
  private readonly database: Knex;

  constructor(options: { database: Knex }) {
    this.database = options.database;
  }

  /** The cluster that it was last applied to, if that was noted. */
  async get(owner: TargetOwner): Promise<string | undefined> {
    const row: Row | undefined = await this.database(TABLE)
      .where({ object_id: owner.id, object_uid: owner.uid })
      .first('cluster_uid');
    return row && String(row.cluster_uid);
  }

  /**
   * Notes the cluster that holds all that the inventory names; undefined for the
   * home, which has a pin of its own.
   *
   * @throws LeaseLostError where the claim is not held any more
   */
  async put(
    claim: Claim,
    owner: TargetOwner,
    clusterUid: string | undefined,
  ): Promise<void> {
    await fenced(this.database, claim, async transaction => {
      if (clusterUid === undefined) {
        await transaction(TABLE).where({ object_id: owner.id }).delete();
        return;
      }
      await transaction(TABLE)
        .insert({
          object_id: owner.id,
          object_uid: owner.uid,
          cluster_uid: clusterUid,
        })
        .onConflict('object_id')
        .merge();
    });
  }
}

/** What happened, and how to go on. */
export function describeReplacedTarget({ was, is }: ReplacedCluster): string {
  return `spec.kubeConfig leads to another cluster than before: its namespace kube-system has the UID ${is} and had ${was}`;
}
