import { Knex } from 'knex';

/** A row that {@link forEachChunk} or a raw statement returned. */
export type Row = Record<string, unknown>;

/** PostgreSQL returns bigint columns as text, SQLite as numbers. */
export function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number(value);
}

/** As {@link toNumber}, keeping null. */
export function toNumberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : toNumber(value);
}

/** The rows of a raw statement, whichever way the driver wraps them. */
export function rowsOf(result: unknown): Row[] {
  if (Array.isArray(result)) {
    return result as Row[];
  }
  return (result as { rows: Row[] }).rows;
}

/** Whether rows can be locked one by one (`FOR UPDATE SKIP LOCKED`). */
export function locksRows(database: Knex): boolean {
  return database.client.config.client === 'pg';
}

/** SQLite bounds the variables of one statement; 200 rows fit everywhere. */
export async function forEachChunk<T>(
  items: readonly T[],
  visit: (chunk: T[]) => Promise<void>,
  size = 200,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await visit(items.slice(start, start + size));
  }
}
