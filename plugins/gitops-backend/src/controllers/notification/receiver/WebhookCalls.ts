import { Knex } from 'knex';
import { createHash } from 'node:crypto';

const TABLE = 'gitops_webhook_calls';
/** Whoever keeps a call that long has other secrets as well. */
const KEPT_MS = 24 * 3_600_000;

/** The calls of webhooks that were taken, so that none is taken twice. */
export class WebhookCalls {
  private readonly database: Knex;

  constructor(options: { database: Knex }) {
    this.database = options.database;
  }

  /** Gives whether it is the first call of that identity, over all replicas. */
  async take(
    receiverId: string,
    identity: string,
    at: number,
  ): Promise<boolean> {
    const taken = await this.database(TABLE)
      .insert({ id: keyOf(receiverId, identity), at })
      .onConflict('id')
      .ignore()
      .returning('id');
    return taken.length > 0;
  }

  /** It may come again: nothing came of it. */
  async giveBack(receiverId: string, identity: string): Promise<void> {
    await this.database(TABLE)
      .where('id', keyOf(receiverId, identity))
      .delete();
  }

  /** Forgets what is older than a day. */
  async expire(now: number): Promise<void> {
    await this.database(TABLE)
      .where('at', '<', now - KEPT_MS)
      .delete();
  }
}

function keyOf(receiverId: string, identity: string): string {
  return createHash('sha256')
    .update(JSON.stringify([receiverId, identity]))
    .digest('hex');
}
