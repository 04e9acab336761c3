import { TestDatabaseId, TestDatabases } from '@backstage/backend-test-utils';
import { Knex } from 'knex';
import { applyMigrations } from '../database/migrate';

const POSTGRES = 'BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING';

/** SQLite always; PostgreSQL where the test command has started one. */
export const testDatabaseIds: TestDatabaseId[] = process.env[POSTGRES]
  ? ['SQLITE_3', 'POSTGRES_18']
  : ['SQLITE_3'];

/** A connection string, or undefined where no PostgreSQL runs. */
export const postgresConnectionString = process.env[POSTGRES];

/** Databases with the plugin's tables, one per call of the returned function. */
export function migratedDatabases(): (id: TestDatabaseId) => Promise<Knex> {
  const databases = TestDatabases.create({ ids: testDatabaseIds });
  return async id => {
    const knex = await databases.init(id);
    await applyMigrations(knex);
    return knex;
  };
}

/** Where another process finds a database of PostgreSQL that was made here. */
export function connectionTo(database: Knex): string {
  const address = new URL(postgresConnectionString!);
  address.pathname = `/${database.client.config.connection.database}`;
  return address.href;
}
