/**
 * A process of its own that works on the queue, for tests that kill it.
 * Arguments: connection string, schema database, owner, mode. In mode `hang` it
 * claims one item, says so and never finishes; in mode `work` it runs items and
 * says which.
 */
import knexFactory from 'knex';
import { DatabaseWorkQueue } from '../engine/queue/DatabaseWorkQueue';
import { ControllerPump } from '../engine/run/ControllerPump';
import { done } from '../engine/run/Outcome';
import { quietLogger } from './quietLogger';

const [, , connection, owner, mode] = process.argv;

async function main() {
  const database = knexFactory({ client: 'pg', connection });
  const queue = new DatabaseWorkQueue({ database, owner, leaseMs: 1_000 });
  const beat = setInterval(() => {
    queue.heartbeat().catch(() => {});
    queue.recoverLost().catch(() => {});
  }, 250);
  const pump = new ControllerPump({
    controller: 'source',
    queue,
    concurrency: 1,
    pollMs: 100,
    logger: quietLogger,
    run: async claim => {
      process.stdout.write(`${mode} ${claim.item.name} ${claim.fence}\n`);
      if (mode === 'hang') {
        await new Promise(() => {});
      }
      return done(null);
    },
  });
  pump.start();
  process.on('SIGTERM', async () => {
    clearInterval(beat);
    await pump.stop();
    await database.destroy();
    process.exit(0);
  });
}

main().catch(error => {
  process.stderr.write(`${error}\n`);
  process.exit(1);
});
