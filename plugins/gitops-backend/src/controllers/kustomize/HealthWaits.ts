import { Knex } from 'knex';
import { ObjectRef } from '@backstage-gitops/kubernetes-apply';
import { Row, toNumber } from '../../database/rows';

const TABLE = 'gitops_health_waits';

/** A delivery that is applied and waits for the health of its targets. */
export interface HealthWait {
  revision: string;
  generation: number;
  /** The reconcile request that the attempt answers, if one does. */
  requestedAt?: string;
  targets: ObjectRef[];
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
        targets: JSON.parse(String(row.targets)),
        changed: Boolean(row.changed),
        buildDigest: String(row.build_digest),
        startedAt: toNumber(row.started_at),
        deadline: toNumber(row.deadline),
      }
    );
  }

  async put(objectId: string, wait: HealthWait): Promise<void> {
    await this.database(TABLE)
      .insert({
        object_id: objectId,
        revision: wait.revision,
        generation: wait.generation,
        requested_at: wait.requestedAt ?? null,
        targets: JSON.stringify(wait.targets),
        changed: wait.changed,
        build_digest: wait.buildDigest,
        started_at: wait.startedAt,
        deadline: wait.deadline,
      })
      .onConflict('object_id')
      .merge();
  }

  async delete(objectId: string): Promise<void> {
    await this.database(TABLE).where({ object_id: objectId }).delete();
  }
}
