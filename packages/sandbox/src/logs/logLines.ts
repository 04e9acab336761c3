import type { JsonObject } from '../json/value';
import { at } from '../json/value';
import { objectsAt, timeOf, uidOf } from '../controllers/objects';

/** A line that a container is said to have written. */
export interface LogLine {
  /** Microseconds since 1970. */
  time: number;
  text: string;
}

/** A container's run: from its start to its end, if it has ended. */
export interface ContainerRun {
  startedAt: number;
  finishedAt?: number;
  exitCode?: number;
}

/** Milliseconds between the lines of a container that runs on. */
export const BEAT_MS = 10_000;
// As much as a container's log keeps before it is rotated.
const MOST_LINES = 2000;

/** The present or the previous run in a container's status; undefined where there is none. */
export function runOf(
  status: JsonObject | undefined,
  previous: boolean,
): ContainerRun | undefined {
  const list = previous ? ['lastState'] : ['state', 'lastState'];
  for (const name of list) {
    const running = at(status ?? {}, name, 'running');
    const terminated = at(status ?? {}, name, 'terminated');
    const startedAt = timeOf(at(running ?? terminated ?? {}, 'startedAt'));
    if (startedAt === undefined) continue;
    if (running) return { startedAt };
    return {
      startedAt,
      finishedAt: timeOf(at(terminated, 'finishedAt')) ?? startedAt,
      exitCode: Number(at(terminated, 'exitCode') ?? 0),
    };
  }
  return undefined;
}

/**
 * What a container has written until now: the same for the same run, however
 * often it is asked for.
 */
export function linesOf(
  pod: JsonObject,
  container: JsonObject,
  run: ContainerRun,
  now: number,
): LogLine[] {
  const begin = run.startedAt * 1000;
  const opening = openingOf(container);
  const lines = opening.map((text, index) => ({ time: begin + index, text }));
  const end = run.finishedAt ?? now;
  const beats = Math.floor(Math.max(0, end - run.startedAt) / BEAT_MS);
  for (
    let beat = Math.max(1, beats - MOST_LINES + 1);
    beat <= beats;
    beat += 1
  ) {
    lines.push({
      time: begin + beat * BEAT_MS * 1000,
      text: `handled ${requestsOf(pod, beat)} requests in the last 10 seconds`,
    });
  }
  if (run.finishedAt === undefined) return lines;
  const last = run.finishedAt * 1000 + opening.length;
  return [
    ...lines,
    ...closingOf(run.exitCode ?? 0).map((text, index) => ({
      time: last + index,
      text,
    })),
  ];
}

function openingOf(container: JsonObject): string[] {
  const ports = objectsAt(container, 'ports').map(
    port => `listening on port ${String(port.containerPort)}`,
  );
  return [
    `starting ${String(container.name)} (image ${String(container.image)})`,
    ...ports,
  ];
}

function closingOf(exitCode: number): string[] {
  if (exitCode === 0) return ['done'];
  if (exitCode === 137) return ['killed'];
  return [
    'error: this container was told to fail (backstage-gitops.io/sandbox-health)',
    `exiting with code ${exitCode}`,
  ];
}

/** A number that looks measured. */
function requestsOf(pod: JsonObject, beat: number): number {
  let hash = beat * 2_654_435_761;
  for (const sign of uidOf(pod)) hash = (hash * 31 + sign.charCodeAt(0)) >>> 0;
  return hash % 50;
}

/** A time as container runtimes write it: RFC 3339 with nanoseconds. */
export function logTime(microseconds: number): string {
  const date = new Date(Math.floor(microseconds / 1000));
  const fraction = String(microseconds % 1_000_000).padStart(6, '0');
  return `${date.toISOString().slice(0, 19)}.${fraction}000Z`;
}
