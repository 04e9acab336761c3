import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';
import { inVersion } from '../kinds/resource';
import { apiVersion } from '../objects/objectWriter';
import type { Target } from '../objects/writeRequest';
import type { Change, ObjectStore } from '../storage/objectStore';
import type { ApiError } from './apiError';
import { expired } from './apiError';
import type { WatchOptions } from './listOptions';
import { readWatchOptions } from './listOptions';
import type { ReadHandlers } from './readHandlers';
import { selectorOf } from './readHandlers';
import type { Representation } from './representation';
import { partialObject } from './representation';

const BOOKMARK_INTERVAL = 30_000;
const DEFAULT_TIMEOUT_SECONDS = 3600;

/** One watch: what is watched, and where events go. */
export interface WatchInput {
  store: ObjectStore;
  reads: ReadHandlers;
  target: Target;
  query: URLSearchParams;
  as: Representation;
  response: ServerResponse;
}

/** A stream of changes of one collection or object. */
export class Watch {
  private readonly selects: (object: JsonObject) => boolean;
  private readonly options: WatchOptions;
  private unsubscribe?: () => void;
  private timeout?: NodeJS.Timeout;
  private interval?: NodeJS.Timeout;
  private headersSent = false;
  private awaitsEnd = false;

  constructor(
    private readonly input: WatchInput,
    private readonly onEnd: () => void,
  ) {
    this.selects = selectorOf(input.target, input.query);
    this.options = readWatchOptions(input.query);
  }

  run(): void {
    const { response, store } = this.input;
    const { from, timeoutSeconds } = this.options;
    response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
    });
    response.flushHeaders();
    response.on('close', () => this.stop());
    if (from === undefined) {
      this.sendInitial();
    } else {
      const changes = store.changesSince(from);
      if (!changes) {
        this.sendError(
          expired(
            `too old resource version: ${from} (${store.oldestRevision})`,
          ),
        );
        this.end();
        return;
      }
      for (const change of changes) this.deliver(change);
    }
    this.unsubscribe = store.subscribe(change => this.deliver(change));
    this.timeout = setTimeout(
      () => this.end(),
      (timeoutSeconds || DEFAULT_TIMEOUT_SECONDS) * 1000,
    );
    if (this.options.bookmarks) {
      this.interval = setInterval(() => this.sendBookmark(), BOOKMARK_INTERVAL);
    }
  }

  end(): void {
    if (this.options.bookmarks && !this.input.response.writableEnded) {
      this.sendBookmark();
    }
    this.stop();
    this.input.response.end();
  }

  abort(): void {
    this.stop();
    this.input.response.destroy();
  }

  /** Sends nothing any more; the connection stays open. */
  stall(): void {
    this.unsubscribe?.();
    clearTimeout(this.timeout);
    clearInterval(this.interval);
  }

  expire(): void {
    this.sendError(
      expired('The resourceVersion for the provided watch is too old.'),
    );
    this.stop();
    this.input.response.end();
  }

  private stop(): void {
    this.stall();
    this.onEnd();
  }

  private sendInitial(): void {
    const { store, target } = this.input;
    for (const object of store.list(
      target.resource.storage,
      target.namespace || undefined,
    )) {
      const view = this.view(object);
      if (this.selects(view)) this.send('ADDED', view);
    }
    this.awaitsEnd = true;
    if (this.options.marksEnd) this.sendBookmark();
  }

  private deliver(change: Change): void {
    const { target } = this.input;
    if (change.storage !== target.resource.storage) return;
    const object = this.view(change.object);
    const { namespace } = asObject(object.metadata);
    if (target.namespace && namespace !== target.namespace) return;
    const isSelected = this.selects(object);
    const wasSelected = change.previous
      ? this.selects(this.view(change.previous))
      : false;
    if (change.type === 'DELETED') {
      if (wasSelected) this.send('DELETED', object);
    } else if (isSelected) {
      this.send(wasSelected ? 'MODIFIED' : 'ADDED', object);
    } else if (wasSelected) {
      this.send('DELETED', object);
    }
  }

  private view(object: JsonObject): JsonObject {
    const { target } = this.input;
    return inVersion(target.resource, object, apiVersion(target));
  }

  private send(type: string, object: JsonObject): void {
    const { as, target, query, reads } = this.input;
    let body = object;
    if (as.form === 'partial') body = partialObject(object, as.version);
    if (as.form === 'table') {
      const metadata = {
        resourceVersion: asObject(object.metadata).resourceVersion ?? '',
      };
      body = reads.table(
        target,
        [object],
        metadata,
        query,
        as,
        !this.headersSent,
      );
      this.headersSent = true;
    }
    this.write({ type, object: body });
  }

  private sendBookmark(): void {
    const { target, store, as } = this.input;
    const metadata: JsonObject = {
      resourceVersion: String(store.revision),
      // The first bookmark after the present state says that it was all.
      ...(this.awaitsEnd
        ? { annotations: { 'k8s.io/initial-events-end': 'true' } }
        : {}),
    };
    this.awaitsEnd = false;
    const version = `meta.k8s.io/${as.version}`;
    const own = { kind: target.resource.kind, apiVersion: apiVersion(target) };
    const forms: Record<Representation['form'], JsonObject> = {
      object: { ...own, metadata },
      partial: { kind: 'PartialObjectMetadata', apiVersion: version, metadata },
      table: {
        kind: 'Table',
        apiVersion: version,
        metadata,
        columnDefinitions: null,
        rows: [],
      },
    };
    this.write({ type: 'BOOKMARK', object: forms[as.form] });
  }

  private sendError(error: ApiError): void {
    this.write({ type: 'ERROR', object: error.toStatus() });
  }

  private write(event: JsonObject): void {
    const { response } = this.input;
    if (!response.writableEnded) response.write(`${stringifyJson(event)}\n`);
  }
}
