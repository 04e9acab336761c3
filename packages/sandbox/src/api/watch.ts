import { stringifyJson } from '@backstage-gitops/kubernetes-yaml';
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';
import { inVersion } from '../kinds/resource';
import { apiVersion } from '../objects/objectWriter';
import type { Target } from '../objects/writeRequest';
import type { Change, ObjectStore } from '../storage/objectStore';
import type { ApiError } from './apiError';
import { expired, unexplained } from './apiError';
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
  private readonly bookmarks: boolean;
  private unsubscribe?: () => void;
  private timeout?: NodeJS.Timeout;
  private interval?: NodeJS.Timeout;
  private headersSent = false;

  constructor(
    private readonly input: WatchInput,
    private readonly onEnd: () => void,
  ) {
    this.selects = selectorOf(input.target, input.query);
    this.bookmarks = input.query.get('allowWatchBookmarks') === 'true';
  }

  run(): void {
    const { response, query, store } = this.input;
    const from = query.get('resourceVersion') ?? '';
    if (from && !/^\d+$/.test(from)) {
      this.onEnd();
      throw unexplained(
        `resourceVersion: Invalid value: ${JSON.stringify(from)}: strconv.ParseUint: parsing ${JSON.stringify(from)}: invalid syntax`,
      );
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
    });
    response.flushHeaders();
    response.on('close', () => this.stop());
    const sendsInitial =
      query.get('sendInitialEvents') === 'true' || from === '' || from === '0';
    if (sendsInitial) {
      this.sendInitial();
    } else {
      const changes = store.changesSince(Number(from));
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
    const seconds = Number(
      query.get('timeoutSeconds') || DEFAULT_TIMEOUT_SECONDS,
    );
    this.timeout = setTimeout(() => this.end(), seconds * 1000);
    if (this.bookmarks) {
      this.interval = setInterval(() => this.sendBookmark(), BOOKMARK_INTERVAL);
    }
  }

  end(): void {
    if (this.bookmarks && !this.input.response.writableEnded) {
      this.sendBookmark();
    }
    this.stop();
    this.input.response.end();
  }

  abort(): void {
    this.stop();
    this.input.response.destroy();
  }

  expire(): void {
    this.sendError(
      expired('The resourceVersion for the provided watch is too old.'),
    );
    this.stop();
    this.input.response.end();
  }

  private stop(): void {
    this.unsubscribe?.();
    clearTimeout(this.timeout);
    clearInterval(this.interval);
    this.onEnd();
  }

  private sendInitial(): void {
    const { store, target, query } = this.input;
    for (const object of store.list(
      target.resource.storage,
      target.namespace || undefined,
    )) {
      const view = this.view(object);
      if (this.selects(view)) this.send('ADDED', view);
    }
    if (query.get('sendInitialEvents') === 'true') {
      this.sendBookmark({ 'k8s.io/initial-events-end': 'true' });
    }
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

  private sendBookmark(annotations?: JsonObject): void {
    const { target, store, as } = this.input;
    const metadata: JsonObject = {
      resourceVersion: String(store.revision),
      ...(annotations ? { annotations } : {}),
    };
    const object: JsonObject =
      as.form === 'table'
        ? {
            kind: 'Table',
            apiVersion: `meta.k8s.io/${as.version}`,
            metadata,
            columnDefinitions: null,
            rows: [],
          }
        : {
            kind: target.resource.kind,
            apiVersion: apiVersion(target),
            metadata: { creationTimestamp: null, ...metadata },
          };
    this.write({ type: 'BOOKMARK', object });
  }

  private sendError(error: ApiError): void {
    this.write({ type: 'ERROR', object: error.toStatus() });
  }

  private write(event: JsonObject): void {
    const { response } = this.input;
    if (!response.writableEnded) response.write(`${stringifyJson(event)}\n`);
  }
}
