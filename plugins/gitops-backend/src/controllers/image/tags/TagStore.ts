import { Knex } from 'knex';
import { fenced } from '../../../database/fenced';
import { Row } from '../../../database/rows';
import { Claim } from '../../../engine/queue/WorkQueue';
import { TimeSlice } from '../../../workers/TimeSlice';

const TABLE = 'gitops_image_tags';
/** Tags of a row: some ten kilobytes. */
const ROW_TAGS = 500;
/** Rows of one statement; PostgreSQL and SQLite bound how many values it may have. */
const STATEMENT_ROWS = 50;

/**
 * The tags that scans found, by ImageRepository. A cache: what is lost is scanned
 * again. Rows hold many tags, in descending order, so that two hundred thousand
 * are read in pieces and a few are found without the others.
 */
export class TagStore {
  private readonly database: Knex;

  constructor(options: { database: Knex }) {
    this.database = options.database;
  }

  /**
   * The ImageRepository that the claim is on has these tags now, and no others.
   *
   * @param tags - in descending order
   * @throws LeaseLostError where the claim is not held any more
   */
  async set(
    claim: Claim,
    image: string,
    tags: readonly string[],
  ): Promise<void> {
    await fenced(this.database, claim, async transaction => {
      await transaction(TABLE).where({ object_id: claim.item.id }).delete();
      const slice = new TimeSlice();
      let rows: Row[] = [];
      for (let from = 0; from < tags.length; from += ROW_TAGS) {
        const part = tags.slice(from, from + ROW_TAGS);
        rows.push({
          object_id: claim.item.id,
          number: from / ROW_TAGS,
          image,
          first_tag: part[0],
          last_tag: part[part.length - 1],
          tags: part.join('\n'),
        });
        if (rows.length === STATEMENT_ROWS) {
          await transaction(TABLE).insert(rows);
          rows = [];
          await slice.next();
        }
      }
      if (rows.length > 0) {
        await transaction(TABLE).insert(rows);
      }
    });
  }

  /** Whether there are any tags of an image. */
  async has(objectId: string, image: string): Promise<boolean> {
    const row = await this.database(TABLE)
      .where({ object_id: objectId, number: 0, image })
      .first('number');
    return row !== undefined;
  }

  /**
   * The tags of an image in descending order, some at a time.
   *
   * @param options - `after`: only those that come after that tag
   */
  async *pages(
    objectId: string,
    image: string,
    { after }: { after?: string } = {},
  ): AsyncGenerator<readonly string[]> {
    if (after === undefined) {
      yield* this.pagesFrom(0, objectId, image);
      return;
    }
    const first = await this.rowBehind(objectId, image, after);
    for await (const tags of this.pagesFrom(first, objectId, image)) {
      yield tags[0] < after ? tags : tags.filter(tag => tag < after);
    }
  }

  /** The number of the row that has the first tag after one. */
  private async rowBehind(
    objectId: string,
    image: string,
    after: string,
  ): Promise<number> {
    const rows: Row[] = await this.database(TABLE)
      .where({ object_id: objectId, image })
      .orderBy('number')
      .select('last_tag');
    // Compared here: databases order texts by their own collations.
    const found = rows.findIndex(({ last_tag: last }) => String(last) < after);
    return found < 0 ? rows.length : found;
  }

  private async *pagesFrom(
    first: number,
    objectId: string,
    image: string,
  ): AsyncGenerator<readonly string[]> {
    for (let number = first; ; number += STATEMENT_ROWS) {
      const rows: Row[] = await this.database(TABLE)
        .where({ object_id: objectId, image })
        .whereBetween('number', [number, number + STATEMENT_ROWS - 1])
        .orderBy('number')
        .select('tags');
      for (const { tags } of rows) {
        yield String(tags).split('\n');
      }
      if (rows.length < STATEMENT_ROWS) {
        return;
      }
    }
  }

  /** Lets go of the tags of the ImageRepository that the claim is on. */
  async remove(claim: Claim): Promise<void> {
    await fenced(this.database, claim, transaction =>
      transaction(TABLE).where({ object_id: claim.item.id }).delete(),
    );
  }
}
