import { Knex } from 'knex';
import { Row, toNumber } from '../database/rows';
import { Approval } from './Approval';

const TABLE = 'gitops_approvals';

/** The decisions about registered manifests, one each. */
export class ApprovalStore {
  private readonly database: Knex;

  constructor(options: { database: Knex }) {
    this.database = options.database;
  }

  async get(entityRef: string): Promise<Approval | undefined> {
    const row: Row | undefined = await this.database(TABLE)
      .where({ entity_ref: entityRef })
      .first();
    return row && fromRow(row);
  }

  /** Stands instead of what was decided before. */
  async set(entityRef: string, approval: Approval): Promise<void> {
    const columns = {
      decision: approval.decision,
      location: approval.location,
      digest: approval.digest,
      home: approval.home,
      service_account: approval.serviceAccount ?? null,
      source_hosts: approval.sourceHosts
        ? JSON.stringify(approval.sourceHosts)
        : null,
      actor: approval.actor,
      reason: approval.reason ?? null,
      decided_at: approval.decidedAt,
    };
    await this.database(TABLE)
      .insert({ entity_ref: entityRef, ...columns })
      .onConflict('entity_ref')
      .merge(columns);
  }
}

function fromRow(row: Row): Approval {
  return {
    decision: row.decision === 'approved' ? 'approved' : 'rejected',
    location: String(row.location),
    digest: String(row.digest),
    home: String(row.home),
    actor: String(row.actor),
    decidedAt: toNumber(row.decided_at),
    ...(row.service_account !== null && {
      serviceAccount: String(row.service_account),
    }),
    ...(typeof row.source_hosts === 'string' && {
      sourceHosts: JSON.parse(row.source_hosts) as string[],
    }),
    ...(row.reason !== null && { reason: String(row.reason) }),
  };
}
