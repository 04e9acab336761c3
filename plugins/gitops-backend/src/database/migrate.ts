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
  if (!service.migrations?.skip) {
    await applyMigrations(database);
  }
  return database;
}
