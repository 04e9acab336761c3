import knexFactory from 'knex';
import { applyMigrations } from '../../plugins/gitops-backend/src/database/migrate';
import { DatabaseWorkQueue } from '../../plugins/gitops-backend/src/engine/queue/DatabaseWorkQueue';
import { measure } from './measure';

/** Registering, waking, claiming and finishing on SQLite in memory. */
export async function benchQueue(): Promise<void> {
  for (const n of [1_000, 20_000]) {
    const database = knexFactory({
      client: 'better-sqlite3',
      connection: ':memory:',
      useNullAsDefault: true,
      pool: { min: 1, max: 1 },
    });
    await applyMigrations(database);
    const queue = new DatabaseWorkQueue({ database, owner: 'bench' });
    const items = Array.from({ length: n }, (_, index) => ({
      home: 'home',
      controller: 'kustomize',
      group: 'kustomize.toolkit.fluxcd.io',
      kind: 'Kustomization',
      namespace: `team-${index % 50}`,
      name: `app-${index}`,
    }));
    await measure('queue.register', n, () => queue.register(items));
    await measure('queue.wake', n, () => queue.wake(items, { reason: 'x' }));
    const runs = 400;
    await measure('queue.claim-finish', runs, async () => {
      for (let done = 0; done < runs;) {
        const claims = await queue.claim({ controller: 'kustomize', limit: 4 });
        for (const claim of claims) {
          await queue.finish(claim, {
            dueAt: Date.now() + 3_600_000,
            failed: false,
            outcome: 'done',
          });
        }
        done += claims.length;
      }
      return { due: n };
    });
    await database.destroy();
  }
}
