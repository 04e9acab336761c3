import { systemClock } from '@backstage-gitops/kubernetes-apply';
import type {
  Clock,
  ClusterClient,
  HealthRule,
} from '@backstage-gitops/kubernetes-apply';
import { ActionError } from '../cluster/ActionError';
import type { ContainerLog } from '../cluster/podLogs';
import type { Release, ReleaseInfo, ReleaseStatus } from '../releases';
import type { ReleaseRecords } from '../storage';

/**
 * What all actions on releases work with.
 *
 * @public
 */
export interface ReleaseContext {
  /** Applies objects and runs hooks. */
  client: ClusterClient;
  records: ReleaseRecords;
  /** As whom objects are written; Helm is `helm`, Flux is `helm-controller`. */
  fieldManager: string;
  /** How many revisions are kept, the new one included; all without it. */
  maxHistory?: number;
  /** Say when objects are ready, before the rules of kstatus. */
  healthRules?: readonly HealthRule[];
  clock?: Clock;
  /** Ends an action between two of its steps; the revision is `failed` then. */
  signal?: AbortSignal;
  /**
   * Wraps each wait, for hooks or for the objects of a release, and may do something
   * else meanwhile. It has to give what the wait gives.
   */
  whileWaiting?: <T>(
    wait: () => Promise<T>,
    options: { for: 'hook' | 'objects' },
  ) => Promise<T>;
  /** What is being done, a line at a time. */
  onProgress?: (message: string) => void;
  /** What hooks said whose policy is that it be told. */
  onHookLogs?: (hook: string, logs: readonly ContainerLog[]) => void;
}

/**
 * For how long objects are waited for, and for which of them: `watcher` waits for
 * all, `legacy` for all by the rules of Helm 3, `hookOnly` for hooks alone.
 *
 * @public
 */
export interface WaitOptions {
  /** For each hook, and for all objects together. */
  timeoutMs: number;
  strategy: 'watcher' | 'legacy' | 'hookOnly';
  /** Jobs have to be done, too. */
  jobs?: boolean;
  /** The first object that fails ends the wait; without it, all are waited for. */
  failFast?: boolean;
}

/** Waits, in the way that who runs the action wants. */
export function waiting<T>(
  { whileWaiting }: ReleaseContext,
  what: 'hook' | 'objects',
  wait: () => Promise<T>,
): Promise<T> {
  return whileWaiting ? whileWaiting(wait, { for: what }) : wait();
}

/** Go writes times to the nanosecond; there are but milliseconds here. */
export function timestamp({ clock = systemClock }: ReleaseContext): string {
  return new Date(clock.now()).toISOString().replace(/\.?0*Z$/, 'Z');
}

/** The same revision, of which something else is to be said. */
export function withInfo(
  release: Release,
  changes: Partial<ReleaseInfo>,
): Release {
  const info: ReleaseInfo = {
    ...{ description: '', notes: '', rollbackRevision: 0 },
    ...release.info,
    ...changes,
  };
  return { ...release, info };
}

export function statusOf(release: Release): ReleaseStatus {
  return release.info?.status ?? 'unknown';
}

/** An action was begun and has not ended. */
export function isPending(release: Release): boolean {
  return statusOf(release).startsWith('pending-');
}

const NAME =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME = 53;

/** @throws ActionError `invalid-name` */
export function checkReleaseName(name: string): void {
  if (name.length > MAX_NAME || !NAME.test(name)) {
    throw new ActionError(
      'invalid-name',
      `the name of the release ${JSON.stringify(name.slice(0, 100))} is invalid: it has to match ${NAME.source} and may have ${MAX_NAME} characters`,
    );
  }
}

/** The error of an action, with the revision that it leaves behind. */
export function failedWith(release: Release, error: unknown): ActionError {
  const { message } = error as Error;
  return error instanceof ActionError
    ? new ActionError(error.code, message, { cause: error.cause, release })
    : new ActionError('apply-failed', message, { cause: error, release });
}

/** Writes a record that nothing may keep from being tried; its failure is told. */
export async function recordAnyway(
  { records, onProgress }: ReleaseContext,
  release: Release,
): Promise<void> {
  try {
    // Without the signal: what ended the action must not hide that it failed.
    await records.update(release);
  } catch (error) {
    onProgress?.(
      `revision ${release.version} could not be recorded as ${statusOf(release)}: ${(error as Error).message}`,
    );
  }
}
