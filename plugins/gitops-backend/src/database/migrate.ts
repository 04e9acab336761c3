import {
  DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { Knex } from 'knex';

/** Brings the plugin's tables to this version's shape. */
export async function applyMigrations(database: Knex): Promise<void> {
  await database.migrate.latest({
    directory: resolvePackagePath(
      '@backstage-gitops/plugin-gitops-backend',
      'migrations',
    ),
  });
}

/** Opens the plugin database and migrates it, unless the host forbids it. */
export async function openDatabase(service: DatabaseService): Promise<Knex> {
  const database = await service.getClient();
  await tuneSqlite(database);
  if (!service.migrations?.skip) {
    await applyMigrations(database);
  }
  return database;
}

/**
 * SQLite writes on the event loop: one append to a log for each transaction,
 * instead of a journal that is made, flushed and deleted. What a process wrote
 * survives its death; the last moments may be lost with the machine's power.
 */
async function tuneSqlite(database: Knex): Promise<void> {
  if (database.client.config.client === 'better-sqlite3') {
    await database.raw('PRAGMA journal_mode = WAL');
    await database.raw('PRAGMA synchronous = NORMAL');
  }
}
