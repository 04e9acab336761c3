import { Knex } from 'knex';
import { DatabaseWorkQueue } from '../engine/queue/DatabaseWorkQueue';
import { Claim, WorkKey } from '../engine/queue/WorkQueue';

/** Claims an object in a database, for tests of what is written on its behalf. */
export async function claimObject(
  database: Knex,
  key: WorkKey,
  owner = 'test',
): Promise<Claim> {
  const controller = `test of ${JSON.stringify(key)}`;
  const queue = new DatabaseWorkQueue({ database, owner });
  await queue.register([{ ...key, controller }]);
  const [claim] = await queue.claim({ controller, limit: 1 });
  return claim;
}
