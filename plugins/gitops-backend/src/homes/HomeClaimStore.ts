import { Knex } from 'knex';
import { toNumber } from '../database/rows';

const TABLE = 'gitops_home_claims';
const KEPT_MS = 24 * 3_600_000;

/**
 * Which renewals of a home's Lease were made by the processes that share this
 * database: each is written here before it is written to the Lease. A copy of
 * the database knows none that was made after it was copied.
 */
export class HomeClaimStore {
  private readonly database: Knex;
  private readonly now: () => number;

  constructor(options: { database: Knex; now?: () => number }) {
    this.database = options.database;
    this.now = options.now ?? Date.now;
  }

  /**
   * A process is about to write a renewal over the one that is there now. Both
   * are known from here on, for nobody can tell yet which the Lease will have.
   */
  async begin(options: {
    home: string;
    replica: string;
    renewal: string;
    over?: string;
  }): Promise<void> {
    const { home, replica, renewal, over } = options;
    const now = this.now();
    const updated = await this.database(TABLE)
      .where({ home, replica })
      .update({
        previous_renewal: over ?? null,
        renewal,
        renewed_at: now,
      });
    if (updated > 0) {
      return;
    }
    await this.database(TABLE).insert({
      home,
      replica,
      renewal,
      previous_renewal: over ?? null,
      renewed_at: now,
    });
    await this.database(TABLE)
      .where({ home })
      .andWhere('renewed_at', '<', now - KEPT_MS)
      .delete();
  }

  /** Whether a renewal was made by one of the processes of this database. */
  async knows(home: string, renewal: string): Promise<boolean> {
    const row = await this.database(TABLE)
      .where({ home })
      .andWhere(where =>
        where.where('renewal', renewal).orWhere('previous_renewal', renewal),
      )
      .first('home');
    return row !== undefined;
  }

  /** A process ends; gives whether others have renewed within `withinMs`. */
  async leave(options: {
    home: string;
    replica: string;
    withinMs: number;
  }): Promise<boolean> {
    const { home, replica, withinMs } = options;
    await this.database(TABLE)
      .where({ home, replica })
      .update({ renewed_at: 0 });
    const [row] = await this.database(TABLE)
      .where({ home })
      .andWhere('renewed_at', '>', this.now() - withinMs)
      .count({ alive: '*' });
    return toNumber(row.alive) > 0;
  }
}
