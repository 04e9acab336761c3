import { Knex } from 'knex';
import {
  CatalogErrorCode,
  CatalogErrorReport,
} from '@backstage-gitops/plugin-gitops-common';
import { Row, toNumber } from '../database/rows';
import { isAbout } from './isAbout';
import { showLocation } from './showLocation';

const TABLE = 'gitops_catalog_errors';

/** What the catalog could not take of a file. Times in ms since the epoch. */
export interface CatalogError {
  entityRef: string;
  /** `type:target`, without user and password; may be a pattern. */
  location: string;
  code: CatalogErrorCode;
  message: string;
  firstSeenAt: number;
  lastSeenAt: number;
}

/**
 * The errors of the catalog, as its module reports them. They end when it says
 * so, or by themselves when it says them no more: of a location that was
 * unregistered nobody says anything.
 */
export class CatalogErrorStore {
  private readonly database: Knex;
  private readonly now: () => number;

  constructor(options: { database: Knex; now?: () => number }) {
    this.database = options.database;
    this.now = options.now ?? Date.now;
  }

  /** The newest first. */
  async list(options: { limit?: number } = {}): Promise<CatalogError[]> {
    const query = this.database(TABLE)
      .where('expires_at', '>', this.now())
      .orderBy('first_seen_at', 'desc')
      .orderBy('entity_ref')
      .orderBy('location');
    const rows: Row[] = await (options.limit === undefined
      ? query
      : query.limit(options.limit));
    return rows.map(fromRow);
  }

  async count(): Promise<number> {
    const [row] = await this.database(TABLE)
      .where('expires_at', '>', this.now())
      .count({ number: '*' });
    return toNumber(row.number);
  }

  /**
   * Takes a report over.
   *
   * @returns the locations about which something else is known now than before
   */
  async report({ errors, resolved }: CatalogErrorReport): Promise<string[]> {
    const before = await this.list();
    for (const { entityRef, location } of resolved) {
      await this.remove(entityRef, location);
    }
    const locationsOf = new Map<string, string[]>();
    for (const error of errors) {
      const location = showLocation(error.location);
      await this.upsert({ ...error, location });
      if (error.code !== 'NameTaken') {
        locationsOf.set(error.entityRef, [
          ...(locationsOf.get(error.entityRef) ?? []),
          location,
        ]);
      }
    }
    for (const [entityRef, locations] of locationsOf) {
      await this.database(TABLE)
        .where({ entity_ref: entityRef })
        .whereNot({ code: 'NameTaken' })
        .whereNotIn('location', locations)
        .delete();
    }
    await this.database(TABLE).where('expires_at', '<=', this.now()).delete();
    return changedLocations(before, await this.list());
  }

  private async remove(entityRef: string, location?: string): Promise<void> {
    await this.database(TABLE)
      .where({
        entity_ref: entityRef,
        ...(location !== undefined && { location: showLocation(location) }),
      })
      .delete();
  }

  private async upsert(error: CatalogErrorReport['errors'][number]) {
    const now = this.now();
    const told = {
      code: error.code,
      message: showLocation(error.message),
      last_seen_at: now,
      expires_at: now + error.validForSeconds * 1000,
    };
    await this.database(TABLE)
      .insert({
        entity_ref: error.entityRef,
        location: error.location,
        ...told,
        first_seen_at: now,
      })
      .onConflict(['entity_ref', 'location'])
      .merge(told);
  }
}

/**
 * The error that keeps a file from being taken as it is: of documents beside
 * the one in question it says nothing.
 */
export function errorOfFile(
  errors: readonly CatalogError[],
  location: string,
): CatalogError | undefined {
  return errors.find(
    error =>
      (error.code === 'LocationUnreadable' || error.code === 'FileRejected') &&
      isAbout(error.location, location),
  );
}

function changedLocations(
  before: readonly CatalogError[],
  after: readonly CatalogError[],
): string[] {
  const keyed = (errors: readonly CatalogError[]) =>
    new Map(
      errors.map(error => [
        JSON.stringify([
          error.entityRef,
          error.location,
          error.code,
          error.message,
        ]),
        error.location,
      ]),
    );
  const [old, present] = [keyed(before), keyed(after)];
  return [
    ...new Set(
      [
        ...[...old].filter(([key]) => !present.has(key)),
        ...[...present].filter(([key]) => !old.has(key)),
      ].map(([, location]) => location),
    ),
  ];
}

function fromRow(row: Row): CatalogError {
  return {
    entityRef: String(row.entity_ref),
    location: String(row.location),
    code: String(row.code) as CatalogErrorCode,
    message: String(row.message),
    firstSeenAt: toNumber(row.first_seen_at),
    lastSeenAt: toNumber(row.last_seen_at),
  };
}
