import { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import { PublishedEntity } from '@backstage-gitops/plugin-gitops-common';
import { listAll, ListPublished } from './listAll';
import { NameClashes } from './NameClashes';
import { publishedLocation } from './publishedLocation';
import { toDeferredEntity } from './toDeferredEntity';

/** What {@link HomeEntityProvider} is made of. Times in milliseconds. */
export interface HomeEntityProviderOptions {
  home: string;
  list: ListPublished;
  clashes: Pick<NameClashes, 'among'>;
  /** Files that could not have the name of an entity; they are read again. */
  rivalsOf: (entityRef: string) => string[];
  appUrl?: string;
  pollMs: number;
  logger: LoggerService;
}

const RETRY = { minMs: 1_000, maxMs: 60_000 };
/** At a start the plugins of a backend answer one after the other. */
const PATIENCE = 4;

/**
 * Publishes the objects of a home that are not registered. Takes over all of
 * them at first and then what changes. Where the gitops plugin or the home does
 * not answer, everything stays as it is. Several backends may do so side by side.
 */
export class HomeEntityProvider implements EntityProvider {
  private readonly options: HomeEntityProviderOptions;
  private readonly stopping = new AbortController();
  private connection: EntityProviderConnection | undefined;
  /** What the catalog was given last; unknown at first. */
  private state: string | undefined;
  private queue: Promise<void> = Promise.resolve();
  private loop: Promise<void> | undefined;
  private failures = 0;
  private trouble: string | undefined;

  constructor(options: HomeEntityProviderOptions) {
    this.options = options;
  }

  getProviderName(): string {
    return publishedLocation(this.options.home);
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    this.connection = connection;
    this.loop = this.repeat();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await this.queue;
  }

  /**
   * Takes over what changed, or everything. Never rejects: what is wrong is
   * logged, and tried again.
   */
  run(options: { everything: boolean }): Promise<void> {
    this.queue = this.queue.then(() => this.runOnce(options));
    return this.queue;
  }

  private async repeat(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.run({ everything: false });
      const { minMs, maxMs } = RETRY;
      await pause(
        this.failures > 0
          ? Math.min(maxMs, minMs * 2 ** (this.failures - 1))
          : this.options.pollMs,
        signal,
      );
    }
  }

  private async runOnce({
    everything,
  }: {
    everything: boolean;
  }): Promise<void> {
    if (!this.connection || this.stopping.signal.aborted) {
      return;
    }
    try {
      const reason =
        everything || this.state === undefined
          ? await this.takeAll(this.connection)
          : await this.takeChanges(this.connection, this.state);
      this.tell(reason);
    } catch (error) {
      if (this.stopping.signal.aborted) {
        return;
      }
      this.tell(String(error));
    }
  }

  /** Gives why nothing was taken over, if nothing was. */
  private async takeAll(
    connection: EntityProviderConnection,
  ): Promise<string | undefined> {
    const { home, list, clashes, logger } = this.options;
    const all = await listAll(list, home, {
      signal: this.stopping.signal,
    });
    if (!all.complete) {
      return all.reason;
    }
    const taken = await clashes.among(all.items.map(refOf), { all: true });
    await connection.applyMutation({
      type: 'full',
      entities: this.deferred(all.items, taken),
    });
    if (this.state === undefined) {
      logger.info(
        `Published ${all.items.length - taken.size} objects of home ${home}`,
      );
    }
    this.state = all.state;
    return undefined;
  }

  private async takeChanges(
    connection: EntityProviderConnection,
    since: string,
  ): Promise<string | undefined> {
    const { home, list, clashes, rivalsOf } = this.options;
    const answer = await list(
      { home, since },
      { signal: this.stopping.signal },
    );
    if (!answer.complete) {
      return answer.reason ?? 'no reason is given';
    }
    if (answer.reset) {
      return this.takeAll(connection);
    }
    const { items, removed, state } = answer;
    if (items.length + removed.length > 0) {
      const taken = await clashes.among(items.map(refOf), { all: false });
      await connection.applyMutation({
        type: 'delta',
        added: this.deferred(items, taken),
        removed: removed.map(entityRef => ({
          entityRef,
          locationKey: publishedLocation(home),
        })),
      });
    }
    this.state = state;
    const rivals = removed.flatMap(rivalsOf);
    if (rivals.length > 0) {
      await connection.refresh({ keys: rivals });
    }
    return undefined;
  }

  private deferred(
    items: readonly PublishedEntity[],
    taken: ReadonlySet<string>,
  ) {
    return items
      .filter(item => !taken.has(refOf(item)))
      .map(item => toDeferredEntity(item, this.options));
  }

  /** Says what changed, once. */
  private tell(trouble: string | undefined): void {
    const { home, logger } = this.options;
    if (trouble === undefined) {
      if (this.trouble !== undefined && this.failures >= PATIENCE) {
        logger.info(`What is published of home ${home} is up to date again`);
      }
      this.failures = 0;
      this.trouble = undefined;
      return;
    }
    this.failures++;
    if (this.failures >= PATIENCE && this.trouble !== trouble) {
      this.trouble = trouble;
      logger.warn(
        `Objects of home ${home} cannot be published; what was published stays: ${trouble}`,
      );
    }
  }
}

function refOf(item: PublishedEntity): string {
  return stringifyEntityRef(item);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    timer.unref();
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
