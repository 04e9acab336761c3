import { Knex } from 'knex';
import { locksRows } from '../../database/rows';
import { DoctorCheck, Finding } from '../DoctorCheck';

const SNIPPET = `backend:
  database:
    client: pg
    connection: \${POSTGRES_URL}`;

/** Several processes need a database that they can share. */
export function hostDatabase(database: Knex): DoctorCheck {
  return {
    id: 'host.database',
    run: async (): Promise<Finding[]> => {
      await database.raw('SELECT 1');
      if (locksRows(database)) {
        return [{ level: 'ok', title: 'The plugin database is PostgreSQL' }];
      }
      const inMemory = isInMemory(database.client.config.connection);
      return [
        {
          level: 'warning',
          title: inMemory
            ? 'The plugin database is SQLite in memory'
            : 'The plugin database is SQLite',
          meaning: `${
            inMemory
              ? 'History, approvals and what fails are forgotten at each start. '
              : ''
          }Run one process of the backend only: several cannot share it.`,
          action: 'Use PostgreSQL where the portal is for more than trying it.',
          snippet: { file: 'app-config.yaml', text: SNIPPET },
        },
      ];
    },
  };
}

/** Nothing but this is looked at: connections hold passwords. */
function isInMemory(connection: unknown): boolean {
  const filename =
    typeof connection === 'object' && connection !== null
      ? (connection as { filename?: unknown }).filename
      : connection;
  return filename === ':memory:';
}
