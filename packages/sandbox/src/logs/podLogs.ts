import type { ServerResponse } from 'node:http';
import { badRequest } from '../api/apiError';
import type { Clock } from '../controllers/clock';
import { nameOf, objectsAt, uidOf } from '../controllers/objects';
import type { JsonObject } from '../json/value';
import { asString, at } from '../json/value';
import type { ObjectStore } from '../storage/objectStore';
import type { LogLine } from './logLines';
import { BEAT_MS, linesOf, logTime, runOf } from './logLines';
import type { LogOptions } from './logOptions';
import { readLogOptions } from './logOptions';

/** Answers for the logs of pods, which it makes up from what their status says. */
export class PodLogs {
  private readonly open = new Set<() => void>();

  constructor(private readonly options: { store: ObjectStore; clock: Clock }) {}

  /**
   * Writes a container's log to a response; with `follow` until it ends.
   *
   * @throws ApiError 400, 422
   */
  serve(
    pod: JsonObject,
    query: URLSearchParams,
    response: ServerResponse,
  ): void {
    const { clock } = this.options;
    const options = readLogOptions(query, clock.now().getTime());
    const container = chooseContainer(pod, options.container);
    checkStarted(pod, container, options.previous);
    response.writeHead(200, {
      'content-type': 'text/plain',
      'cache-control': 'no-cache, private',
    });
    const all = this.lines(pod, container, options);
    let budget = options.limitBytes ?? Infinity;
    const write = (lines: LogLine[]) => {
      if (lines.length === 0) return;
      const text = Buffer.from(printed(lines, options));
      response.write(text.subarray(0, Math.min(budget, text.length)));
      budget -= Math.min(budget, text.length);
    };
    write(tail(all, options.tailLines));
    if (!options.follow || options.previous || hasEnded(pod, container)) {
      response.end();
      return;
    }
    response.flushHeaders();
    this.follow({
      pod,
      container,
      options,
      response,
      write,
      after: all.at(-1)?.time,
    });
  }

  /** Ends all logs that are followed. */
  close(): void {
    for (const end of [...this.open]) end();
  }

  private follow(stream: LogStream): void {
    const { store, clock } = this.options;
    const { pod, container, options, response, write } = stream;
    let last = stream.after ?? 0;
    let cancel = () => {};
    let unsubscribe = () => {};
    const end = () => {
      cancel();
      unsubscribe();
      this.open.delete(end);
      response.end();
    };
    const more = (live: JsonObject) => {
      const lines = this.lines(live, container, options).filter(
        line => line.time > last,
      );
      last = lines.at(-1)?.time ?? last;
      write(lines);
    };
    const key = {
      storage: '/pods',
      namespace: asString(at(pod, 'metadata', 'namespace')) ?? '',
      name: nameOf(pod),
    };
    const wait = () => {
      cancel = clock.after(BEAT_MS, () => {
        const live = store.get(key);
        if (live) more(live);
        wait();
      });
    };
    unsubscribe = store.subscribe(change => {
      if (change.storage !== '/pods' || uidOf(change.object) !== uidOf(pod)) {
        return;
      }
      more(change.object);
      const isOver =
        change.type === 'DELETED' || hasEnded(change.object, container);
      if (isOver) end();
    });
    this.open.add(end);
    response.on('close', end);
    wait();
  }

  private lines(
    pod: JsonObject,
    container: JsonObject,
    { previous, since }: LogOptions,
  ): LogLine[] {
    const run = runOf(statusOf(pod, container), previous);
    if (!run) return [];
    const now = this.options.clock.now().getTime();
    return linesOf(pod, container, run, now).filter(
      line => since === undefined || line.time >= since * 1000,
    );
  }
}

interface LogStream {
  pod: JsonObject;
  container: JsonObject;
  options: LogOptions;
  response: ServerResponse;
  /** Time of the last line that was written. */
  after: number | undefined;
  write(lines: LogLine[]): void;
}

function chooseContainer(pod: JsonObject, asked: string): JsonObject {
  const mains = objectsAt(pod, 'spec', 'containers');
  const inits = objectsAt(pod, 'spec', 'initContainers');
  const names = (list: JsonObject[]) =>
    list.map(container => String(container.name)).join(' ');
  if (!asked) {
    if (mains.length === 1 && inits.length === 0) return mains[0];
    const also =
      inits.length > 0
        ? ` or one of the init containers: [${names(inits)}]`
        : '';
    throw badRequest(
      `a container name must be specified for pod ${nameOf(pod)}, choose one of: [${names(mains)}]${also}`,
    );
  }
  const found = [...mains, ...inits].find(
    container => container.name === asked,
  );
  if (!found) {
    throw badRequest(`container ${asked} is not valid for pod ${nameOf(pod)}`);
  }
  return found;
}

const PULLING = new Set(['ErrImagePull', 'ImagePullBackOff']);

function checkStarted(
  pod: JsonObject,
  container: JsonObject,
  previous: boolean,
): void {
  const status = statusOf(pod, container);
  const quoted = `"${String(container.name)}" in pod "${nameOf(pod)}"`;
  if (!status || runOf(status, previous)) return;
  if (previous) {
    throw badRequest(`previous terminated container ${quoted} not found`);
  }
  const reason = String(at(status, 'state', 'waiting', 'reason') ?? '');
  throw badRequest(
    `container ${quoted} is waiting to start: ${PULLING.has(reason) ? 'trying and failing to pull image' : reason}`,
  );
}

function statusOf(
  pod: JsonObject,
  container: JsonObject,
): JsonObject | undefined {
  return [
    ...objectsAt(pod, 'status', 'containerStatuses'),
    ...objectsAt(pod, 'status', 'initContainerStatuses'),
  ].find(status => status.name === container.name);
}

/** Whether nothing can be added to the container's log any more. */
function hasEnded(pod: JsonObject, container: JsonObject): boolean {
  return !at(statusOf(pod, container) ?? {}, 'state', 'running');
}

function tail(lines: LogLine[], count: number | undefined): LogLine[] {
  if (count === undefined) return lines;
  return count === 0 ? [] : lines.slice(-count);
}

function printed(lines: LogLine[], { timestamps }: LogOptions): string {
  return lines
    .map(({ time, text }) =>
      timestamps ? `${logTime(time)} ${text}\n` : `${text}\n`,
    )
    .join('');
}
