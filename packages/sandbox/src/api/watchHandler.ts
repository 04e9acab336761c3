import type { ServerResponse } from 'node:http';
import type { Target } from '../objects/writeRequest';
import type { ObjectStore } from '../storage/objectStore';
import type { ReadHandlers } from './readHandlers';
import type { Representation } from './representation';
import { Watch } from './watch';

/** What the watch handler needs. */
export interface WatchHandlerOptions {
  store: ObjectStore;
  reads: ReadHandlers;
}

/** Streams changes; keeps all open watches, so that they can be dropped. */
export class WatchHandler {
  private readonly open = new Set<Watch>();

  constructor(private readonly options: WatchHandlerOptions) {}

  /** Answers a watch request; the stream ends by timeout, client or `drop`. */
  start(
    target: Target,
    query: URLSearchParams,
    as: Representation,
    response: ServerResponse,
  ): void {
    const watch = new Watch(
      { ...this.options, target, query, as, response },
      () => this.open.delete(watch),
    );
    this.open.add(watch);
    watch.run();
  }

  /** How many watches are open. */
  get count(): number {
    return this.open.size;
  }

  /** Ends all open watches as a broken connection does. */
  drop(): void {
    for (const watch of [...this.open]) watch.abort();
  }

  /** Keeps all open watches from sending anything more. */
  stall(): void {
    for (const watch of this.open) watch.stall();
  }

  /** Ends all open watches in order. */
  close(): void {
    for (const watch of [...this.open]) watch.end();
  }

  /** Tells all open watches that their resourceVersion has expired, and ends them. */
  expire(): void {
    for (const watch of [...this.open]) watch.expire();
  }
}
