import { Knex } from 'knex';
import { LoggerService } from '@backstage/backend-plugin-api';
import { Row, toNumberOrNull } from '../database/rows';

const TABLE = 'gitops_sightings';
const WHO = 'catalog';
/** It asks every few seconds; that often nobody needs to know. */
const EVERY_MS = 60_000;

/** When the catalog's module was heard last, by any process of the portal. */
export class CatalogSightings {
  private readonly database: Knex;
  private readonly logger: LoggerService;
  private readonly now: () => number;
  private noted = -Infinity;

  constructor(options: {
    database: Knex;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.database = options.database;
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
  }

  /** It was heard just now. Never rejects: whoever asked is answered all the same. */
  async note(): Promise<void> {
    const now = this.now();
    if (now - this.noted < EVERY_MS) {
      return;
    }
    this.noted = now;
    try {
      await this.database(TABLE)
        .insert({ who: WHO, at: now })
        .onConflict('who')
        .merge();
    } catch (error) {
      this.noted = -Infinity;
      this.logger.warn(`That the catalog asked could not be noted: ${error}`);
    }
  }

  /** In ms since the epoch. */
  async last(): Promise<number | undefined> {
    const row: Row | undefined = await this.database(TABLE)
      .where({ who: WHO })
      .first();
    return toNumberOrNull(row?.at) ?? undefined;
  }
}
