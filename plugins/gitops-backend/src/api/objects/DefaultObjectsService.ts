import {
  ChangeList,
  CreatedObject,
  CreateObjectRequest,
  HomeList,
  ObjectDetail,
  ObjectEventList,
  ObjectKey,
  ObjectList,
  ObjectRow,
  ObjectsQuery,
  StatusCounts,
} from '@backstage-gitops/plugin-gitops-common';
import { HistoryStore } from '../../engine/report/HistoryStore';
import { workId } from '../../engine/queue/WorkQueue';
import { ObjectActions } from '../actions/ObjectActions';
import { ObjectCreator } from '../actions/ObjectCreator';
import { ChangeFeed } from '../changes/ChangeFeed';
import { checkKind, InvalidRequestError } from '../errors';
import {
  decodeCursor,
  decodeEventCursor,
  encodeCursor,
  encodeEventCursor,
  sortOf,
} from './cursor';
import { LocatedObject, locateObject, workKeyOf } from './locateObject';
import { entityRefOf, queryMatcher } from './matchesQuery';
import { ObjectDescriber } from './ObjectDescriber';
import { ObjectIndex } from './ObjectIndex';
import { ObjectsService, RequestContext } from './ObjectsService';
import { ObjectSummary } from './ObjectSummary';
import { PageSelector } from './PageSelector';
import { EntityObjectsResolver } from './sources';
import { timestamp, toListRow, toRow } from './toRow';
import { WorkReader } from './WorkReader';

/** What {@link DefaultObjectsService} is made of. */
export interface DefaultObjectsServiceOptions {
  index: ObjectIndex;
  actions: ObjectActions;
  creator: ObjectCreator;
  changes: ChangeFeed;
  describer: ObjectDescriber;
  entities: EntityObjectsResolver;
  history: Pick<HistoryStore, 'list'>;
  work: WorkReader;
}

const DEFAULT_LIMIT = 50;

/**
 * {@link ObjectsService} out of memory: the watches' caches, and one query to
 * the work queue for the rows of a page.
 */
export class DefaultObjectsService implements ObjectsService {
  private readonly options: DefaultObjectsServiceOptions;

  constructor(options: DefaultObjectsServiceOptions) {
    this.options = options;
  }

  async list(
    query: ObjectsQuery,
    context: RequestContext,
  ): Promise<ObjectList> {
    const { index, changes, entities } = this.options;
    const { visible } = context;
    // Taken first, so that what changes meanwhile is told again, not lost.
    const changesCursor = changes.cursor();
    if (query.home !== undefined && !index.homes.find(query.home)) {
      throw new InvalidRequestError(
        `Parameter 'home': there is no home '${query.home}'`,
      );
    }
    const position = decodeCursor(query);
    const matches = queryMatcher(query);
    const belongs =
      query.entity === undefined
        ? undefined
        : await entities.matcherFor(
            entityRefOf('entity', query.entity, 'component'),
          );
    const words = query.status && new Set(query.status);
    const sort = sortOf(query);
    const selector = new PageSelector<ObjectSummary>({
      keyOf: object => object.sortKeys[sort],
      limit: query.limit ?? DEFAULT_LIMIT,
      position,
    });
    const counts: StatusCounts = {};
    let totalItems = 0;
    for (const object of index.list({ home: query.home, kinds: query.kind })) {
      if (
        (visible && !visible(object)) ||
        !matches(object) ||
        (belongs && !belongs(object))
      ) {
        continue;
      }
      const { word } = object.status;
      counts[word] = (counts[word] ?? 0) + 1;
      if (!words || words.has(word)) {
        totalItems += 1;
        selector.offer(object);
      }
    }
    const { items, next, prev } = selector.finish();
    return {
      items: await this.rowsOf(items),
      totalItems,
      counts,
      pageInfo: {
        ...(next && { nextCursor: encodeCursor(query, next) }),
        ...(prev && { prevCursor: encodeCursor(query, prev) }),
      },
      changesCursor,
    };
  }

  async get(key: ObjectKey, context: RequestContext): Promise<ObjectDetail> {
    const changesCursor = this.options.changes.cursor();
    const located = this.locate(key, context);
    const detail = await this.options.describer.describe(located, context);
    return { ...detail, changesCursor };
  }

  async events(
    key: ObjectKey,
    page: { limit?: number; cursor?: string },
    context: RequestContext,
  ): Promise<ObjectEventList> {
    const { summary } = this.locate(key, context);
    const limit = page.limit ?? DEFAULT_LIMIT;
    const entries = await this.options.history.list({
      objectId: workId(workKeyOf(summary)),
      limit: limit + 1,
      before: decodeEventCursor(page.cursor),
    });
    const items = entries.slice(0, limit);
    return {
      items: items.map(entry => ({
        id: String(entry.seq),
        at: timestamp(entry.at) ?? '',
        type: entry.type,
        reason: entry.reason,
        message: entry.message,
        ...(entry.revision !== undefined && { revision: entry.revision }),
      })),
      pageInfo: {
        ...(entries.length > limit && {
          nextCursor: encodeEventCursor(items[items.length - 1].seq),
        }),
      },
    };
  }

  async reconcile(
    key: ObjectKey,
    options: { withSource?: boolean },
    context: RequestContext,
  ): Promise<ObjectRow> {
    const located = this.locate(key, context);
    const source = options.withSource ? located.summary.source : undefined;
    return this.rowOf(
      await this.options.actions.reconcile(
        located,
        source && (() => this.locateSource(located, context)),
      ),
    );
  }

  async suspend(
    key: ObjectKey,
    options: { reason?: string },
    context: RequestContext,
  ): Promise<ObjectRow> {
    return this.rowOf(
      await this.options.actions.suspend(this.locate(key, context), {
        actor: context.actor,
        reason: options.reason,
      }),
    );
  }

  async resume(key: ObjectKey, context: RequestContext): Promise<ObjectRow> {
    return this.rowOf(
      await this.options.actions.resume(this.locate(key, context), {
        actor: context.actor,
      }),
    );
  }

  async create(
    request: CreateObjectRequest,
    { actor, mayCreate }: RequestContext,
  ): Promise<CreatedObject> {
    return this.options.creator.create(request, { actor, mayCreate });
  }

  async delete(
    key: ObjectKey,
    options: { uid: string },
    context: RequestContext,
  ): Promise<ObjectRow> {
    return this.rowOf(
      await this.options.actions.delete(this.locate(key, context), options),
    );
  }

  async approvePrune(
    key: ObjectKey,
    options: { digest: string },
    context: RequestContext,
  ): Promise<ObjectRow> {
    return this.rowOf(
      await this.options.actions.approvePrune(this.locate(key, context), {
        digest: options.digest,
        actor: context.actor,
      }),
    );
  }

  async homes(context: RequestContext): Promise<HomeList> {
    const { index } = this.options;
    return {
      items: index.homes.list().map(home => {
        const counts: StatusCounts = {};
        let totalItems = 0;
        for (const object of index.list({ home: home.name })) {
          if (!context.visible || context.visible(object)) {
            const { word } = object.status;
            counts[word] = (counts[word] ?? 0) + 1;
            totalItems += 1;
          }
        }
        const { connected, error, since } = home.state;
        return {
          name: home.name,
          mode: home.mode,
          connected,
          ...(error !== undefined && { error }),
          ...(home.replaced && { replaced: home.replaced }),
          ...(home.writer !== undefined && { writer: home.writer }),
          since: timestamp(since) ?? '',
          totalItems,
          counts,
        };
      }),
    };
  }

  async changes(
    since: string | undefined,
    context: RequestContext,
  ): Promise<ChangeList> {
    const { cursor, reset, objects } = this.options.changes.since(since);
    const { visible } = context;
    return {
      cursor,
      reset,
      keys: objects
        .filter(object => !visible || visible(object))
        .map(({ key }) => key),
    };
  }

  private locate(key: ObjectKey, context: RequestContext): LocatedObject {
    checkKind(key.kind);
    return locateObject(this.options.index, key, context.visible);
  }

  private locateSource(
    { summary }: LocatedObject,
    context: RequestContext,
  ): LocatedObject {
    return locateObject(
      this.options.index,
      { home: summary.key.home, ...summary.source! },
      context.visible,
      { asSourceOf: summary.key },
    );
  }

  private async rowOf(located: LocatedObject): Promise<ObjectRow> {
    const [row] = await this.rowsOf([located.summary]);
    return row;
  }

  private async rowsOf(
    summaries: readonly ObjectSummary[],
  ): Promise<ObjectRow[]> {
    const { homes } = this.options.index;
    const work = await this.options.work.find(summaries.map(workKeyOf));
    return summaries.map(summary =>
      toListRow(
        toRow(
          summary,
          homes.find(summary.key.home)?.state,
          work.get(workId(workKeyOf(summary))),
        ),
      ),
    );
  }
}
