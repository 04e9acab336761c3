import { Knex } from 'knex';
import { LeaseLostError } from '../engine/queue/LeaseLostError';
import { Claim } from '../engine/queue/WorkQueue';
import { locksRows, Row, rowsOf } from './rows';

/** How long a process may stand still in the middle of a write. */
const IDLE = '5s';

/**
 * Writes on behalf of a claim, in a transaction that the database itself refuses
 * once another process holds the item: the fencing token is compared there, and
 * on PostgreSQL nobody can claim the item before the transaction ends. So a
 * process that was stopped between its last look at the clock and this write
 * changes nothing; one that is stopped in the middle of it is cut off.
 *
 * @throws {@link LeaseLostError}
 */
export async function fenced<T>(
  database: Knex,
  claim: Claim,
  write: (transaction: Knex.Transaction) => Promise<T>,
): Promise<T> {
  claim.assertHeld();
  return database.transaction(async transaction => {
    if (!(await isHeld(transaction, claim, locksRows(database)))) {
      claim.lose();
      throw new LeaseLostError(claim.item.id);
    }
    return write(transaction);
  });
}

async function isHeld(
  transaction: Knex.Transaction,
  { item, fence, owner }: Claim,
  lock: boolean,
): Promise<boolean> {
  const rows: Row[] = rowsOf(
    await transaction.raw(
      `SELECT id ${lock ? `, set_config('idle_in_transaction_session_timeout', '${IDLE}', true)` : ''}
       FROM gitops_work WHERE id = ? AND fence = ? AND claim_owner = ?
       ${lock ? 'FOR SHARE' : ''}`,
      [item.id, fence, owner],
    ),
  );
  return rows.length > 0;
}
