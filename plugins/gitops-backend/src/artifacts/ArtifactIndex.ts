import { Knex } from 'knex';
import { fenced } from '../database/fenced';
import { Row, toNumber } from '../database/rows';
import { Claim } from '../engine/queue/WorkQueue';

const TABLE = 'gitops_artifacts';

/** Who wrote the revision of an artifact, where the source knows it. */
export interface CommitSummary {
  /** The whole message. */
  message: string;
  author: string;
  /** Milliseconds since the epoch. */
  time: number;
}

/** An artifact of one object. */
export interface IndexedArtifact {
  objectId: string;
  revision: string;
  digest: string;
  size: number;
  metadata?: Record<string, string>;
  commit?: CommitSummary;
  createdAt: number;
}

/**
 * Which object holds which artifacts, newest last. The store knows content
 * only; what no object holds any more may be deleted there.
 */
export class ArtifactIndex {
  private readonly database: Knex;
  private readonly now: () => number;

  constructor(options: { database: Knex; now?: () => number }) {
    this.database = options.database;
    this.now = options.now ?? Date.now;
  }

  /**
   * The object that the claim is on holds an artifact.
   *
   * @throws LeaseLostError where the claim is not held any more
   */
  async add(
    claim: Claim,
    artifact: Omit<IndexedArtifact, 'createdAt' | 'objectId'>,
  ): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE)
        .insert({
          object_id: claim.item.id,
          revision: artifact.revision,
          digest: artifact.digest,
          size: artifact.size,
          metadata: artifact.metadata
            ? JSON.stringify(artifact.metadata)
            : null,
          commit_message: artifact.commit?.message ?? null,
          commit_author: artifact.commit?.author ?? null,
          commit_time: artifact.commit?.time ?? null,
          created_at: this.now(),
        })
        .onConflict(['object_id', 'digest'])
        .merge(),
    );
  }

  /** Newest first. */
  async list(objectId: string): Promise<IndexedArtifact[]> {
    const rows: Row[] = await this.database(TABLE)
      .where({ object_id: objectId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'digest', order: 'asc' },
      ]);
    return rows.map(fromRow);
  }

  /** Those of some digests that any object holds. */
  async held(digests: readonly string[]): Promise<Set<string>> {
    const rows: Row[] = await this.database(TABLE)
      .whereIn('digest', [...digests])
      .distinct('digest');
    return new Set(rows.map(({ digest }) => String(digest)));
  }

  /**
   * Takes the artifacts from objects that the queue has not known for so long:
   * their home was taken out of the configuration, or they went without a
   * finalizer. One that is forgotten for a while, as when another portal held its
   * home, keeps its own.
   *
   * @param since - milliseconds since the epoch
   */
  async removeForgotten(options: { since: number }): Promise<void> {
    const known = () => this.database('gitops_work').select('id');
    await this.database(TABLE)
      .whereNotNull('forgotten_since')
      .whereIn('object_id', known())
      .update({ forgotten_since: null });
    await this.database(TABLE)
      .whereNull('forgotten_since')
      .whereNotIn('object_id', known())
      .update({ forgotten_since: this.now() });
    await this.database(TABLE)
      .where('forgotten_since', '<', options.since)
      .delete();
  }

  /**
   * The object lets go of artifacts; gives the digests that nobody holds now.
   *
   * @throws LeaseLostError where the claim is not held any more
   */
  async remove(claim: Claim, digests: readonly string[]): Promise<string[]> {
    if (digests.length === 0) {
      return [];
    }
    await fenced(this.database, claim, transaction =>
      transaction(TABLE)
        .where({ object_id: claim.item.id })
        .whereIn('digest', [...digests])
        .delete(),
    );
    const stillHeld = await this.held(digests);
    return digests.filter(digest => !stillHeld.has(digest));
  }
}

function fromRow(row: Row): IndexedArtifact {
  return {
    objectId: String(row.object_id),
    revision: String(row.revision),
    digest: String(row.digest),
    size: toNumber(row.size),
    metadata: row.metadata ? JSON.parse(String(row.metadata)) : undefined,
    commit:
      row.commit_message === null
        ? undefined
        : {
            message: String(row.commit_message),
            author: String(row.commit_author),
            time: toNumber(row.commit_time),
          },
    createdAt: toNumber(row.created_at),
  };
}
