import { RequestTimeoutError } from '../errors/errors';
import type { ApiConnection } from './ApiConnection';
import type { Headers } from './HttpTransport';
import { JSON_TYPE, METADATA_TYPE } from './mediaTypes';
import { resourcePath, withQuery } from './paths';
import type { StreamEvent } from './reflect';
import { readEvent, readLines, untilIdle } from './watchStream';

/** What a watch looks at. */
export interface WatchSelection {
  apiVersion: string;
  kind: string;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  metadataOnly?: boolean;
}

/** One watch request, from a version on, until the server or silence ends it. */
export async function* openWatch(options: {
  selection: WatchSelection;
  resourceVersion: string;
  signal: AbortSignal;
  connection: ApiConnection;
  headers: Headers;
}): AsyncIterable<StreamEvent> {
  const { selection, connection, signal } = options;
  const { apiVersion, kind } = selection;
  const { server, clock } = connection;
  const resource = await connection.discovery.resourceOf(apiVersion, kind);
  const where = `watch ${kind}${
    selection.namespace ? ` in ${selection.namespace}` : ''
  }`;
  const abort = new AbortController();
  const onAbort = () => abort.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  // Silence counts from here, so that an answer that never begins ends too.
  const timeoutMs = connection.watchIdleTimeoutMs;
  const cancel = clock.setTimer(timeoutMs, () =>
    abort.abort(new RequestTimeoutError({ where, server, timeoutMs })),
  );
  try {
    const stream = await connection.stream(
      {
        method: 'GET',
        path: withQuery(
          resourcePath(resource, { namespace: selection.namespace }),
          {
            watch: 'true',
            allowWatchBookmarks: 'true',
            resourceVersion: options.resourceVersion,
            labelSelector: selection.labelSelector,
            fieldSelector: selection.fieldSelector,
            // Spread, so that not all watches of a restart end together.
            timeoutSeconds: String(Math.round(300 + 300 * connection.random())),
          },
        ),
        where,
        headers: {
          Accept: selection.metadataOnly ? METADATA_TYPE : JSON_TYPE,
          ...options.headers,
        },
        turn: '',
      },
      abort.signal,
    );
    cancel();
    yield { type: 'OPENED' };
    const chunks = untilIdle(stream.chunks, {
      idleMs: timeoutMs,
      clock,
      where,
      server,
      abort,
    });
    const maxLineBytes = connection.maxLineBytes;
    for await (const line of readLines(chunks, { where, maxLineBytes })) {
      const event = readEvent(line, { where, server, apiVersion, kind });
      if (event) yield event;
    }
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
    abort.abort();
  }
}
