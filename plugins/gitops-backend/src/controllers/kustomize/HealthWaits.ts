import { Knex } from 'knex';
import { ObjectRef } from '@backstage-gitops/kubernetes-apply';
import { fenced } from '../../database/fenced';
import { Row, toNumber } from '../../database/rows';
import { Claim } from '../../engine/queue/WorkQueue';

const TABLE = 'gitops_health_waits';

/** An object whose health is waited for. */
export interface HealthTarget extends ObjectRef {
  /** A Job that is deleted once it is finished: where it is gone, it is done. */
  isTransient?: boolean;
}

/** A delivery that is applied and waits for the health of its targets. */
export interface HealthWait {
  revision: string;
  generation: number;
  /** The reconcile request that the attempt answers, if one does. */
  requestedAt?: string;
  targets: HealthTarget[];
  /** Versions of the ConfigMaps and Secrets that it was delivered with, where known. */
  configs?: string;
  /** Whether the apply changed anything. */
  changed: boolean;
  /** Digest of the YAML that was applied. */
  buildDigest: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  deadline: number;
}

/**
 * Health waits, by object. They hold no worker: whoever runs the object next,
 * woken by a watch or by the deadline, finds here what it waits for.
 */
export class HealthWaits {
  private readonly database: Knex;

  constructor(options: { database: Knex }) {
    this.database = options.database;
  }

  async get(objectId: string): Promise<HealthWait | undefined> {
    const row: Row | undefined = await this.database(TABLE)
      .where({ object_id: objectId })
      .first();
    return (
      row && {
        revision: String(row.revision),
        generation: toNumber(row.generation),
        requestedAt:
          row.requested_at === null ? undefined : String(row.requested_at),
        configs: row.configs === null ? undefined : String(row.configs),
        targets: JSON.parse(String(row.targets)),
        changed: Boolean(row.changed),
        buildDigest: String(row.build_digest),
        startedAt: toNumber(row.started_at),
        deadline: toNumber(row.deadline),
      }
    );
  }

  /** @throws LeaseLostError where the claim is not held any more */
  async put(claim: Claim, wait: HealthWait): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE)
        .insert({
          object_id: claim.item.id,
          revision: wait.revision,
          generation: wait.generation,
          requested_at: wait.requestedAt ?? null,
          configs: wait.configs ?? null,
          targets: JSON.stringify(wait.targets),
          changed: wait.changed,
          build_digest: wait.buildDigest,
          started_at: wait.startedAt,
          deadline: wait.deadline,
        })
        .onConflict('object_id')
        .merge(),
    );
  }

  /** @throws LeaseLostError where the claim is not held any more */
  async delete(claim: Claim): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE).where({ object_id: claim.item.id }).delete(),
    );
  }
}
