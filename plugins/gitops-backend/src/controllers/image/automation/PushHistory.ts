import { Knex } from 'knex';
import { fenced } from '../../../database/fenced';
import { Row, toNumber } from '../../../database/rows';
import { Claim } from '../../../engine/queue/WorkQueue';
import { ImageChange } from './ImageChange';

const TABLE = 'gitops_image_pushes';
/** Changes that are kept of one commit; its diff has them all. */
const MOST_CHANGES = 1_000;

/** The pull request that a commit is part of. */
export interface PushedPullRequest {
  /** For people. */
  url: string;
  /** Its number at the host. */
  id: string;
  /** Nothing is left that it could propose. */
  isDone?: true;
}

/** A commit that an automation pushed. */
export interface ImagePush {
  /** Milliseconds since the epoch. */
  at: number;
  /** Full hash. */
  commit: string;
  branch: string;
  message: string;
  /** The GitRepository. */
  source: { namespace: string; name: string };
  changes: readonly ImageChange[];
  pullRequest?: PushedPullRequest;
}

/** A push as it is read back; `id` grows and serves as a cursor. */
export interface StoredImagePush extends ImagePush {
  id: number;
  /** The automation, as the work queue names it. */
  objectId: string;
}

/** What automations pushed. Only history is lost with it. */
export class PushHistory {
  private readonly database: Knex;

  constructor(options: { database: Knex }) {
    this.database = options.database;
  }

  /** @throws LeaseLostError where the claim is not held any more */
  async append(claim: Claim, push: ImagePush): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE).insert({
        object_id: claim.item.id,
        at: push.at,
        commit_hash: push.commit,
        branch: push.branch,
        message: push.message,
        source_namespace: push.source.namespace,
        source_name: push.source.name,
        changes: JSON.stringify(push.changes.slice(0, MOST_CHANGES)),
        pull_request: push.pullRequest
          ? JSON.stringify(push.pullRequest)
          : null,
      }),
    );
  }

  /** The newest first, of one automation or of some. */
  async list(
    objectIds: string | readonly string[],
    options: { limit: number; before?: number },
  ): Promise<StoredImagePush[]> {
    const query = this.database(TABLE)
      .whereIn('object_id', [objectIds].flat())
      .orderBy('seq', 'desc')
      .limit(options.limit);
    if (options.before !== undefined) {
      query.andWhere('seq', '<', options.before);
    }
    return (await query.select('*')).map(pushFromRow);
  }

  /** The last commit that was pushed to a branch. */
  async latest(
    objectId: string,
    branch: string,
  ): Promise<StoredImagePush | undefined> {
    const row: Row | undefined = await this.database(TABLE)
      .where({ object_id: objectId, branch })
      .orderBy('seq', 'desc')
      .first('*');
    return row && pushFromRow(row);
  }

  /** @throws LeaseLostError where the claim is not held any more */
  async setPullRequest(
    claim: Claim,
    id: number,
    pullRequest: PushedPullRequest,
  ): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE)
        .where({ object_id: claim.item.id, seq: id })
        .update({ pull_request: JSON.stringify(pullRequest) }),
    );
  }

  /** Deletes what is older than `before` (ms since the epoch); gives the number. */
  async expire(before: number): Promise<number> {
    return this.database(TABLE).where('at', '<', before).delete();
  }
}

function pushFromRow(row: Row): StoredImagePush {
  return {
    id: toNumber(row.seq),
    objectId: String(row.object_id),
    at: toNumber(row.at),
    commit: String(row.commit_hash),
    branch: String(row.branch),
    message: String(row.message),
    source: {
      namespace: String(row.source_namespace),
      name: String(row.source_name),
    },
    changes: JSON.parse(String(row.changes)),
    ...(row.pull_request
      ? { pullRequest: JSON.parse(String(row.pull_request)) }
      : {}),
  };
}
