import type { Chart } from '../charts';
import type { Hook } from '../manifests';
import type { Values } from '../values';

/**
 * What became of a revision of a release.
 *
 * @public
 */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';

/**
 * How the objects of a release are applied: by the client, as Helm 3 does, or
 * by the server.
 *
 * @public
 */
export type ApplyMethod = 'csa' | 'ssa';

/**
 * How far a hook came.
 *
 * @public
 */
export type HookPhase = 'Unknown' | 'Running' | 'Succeeded' | 'Failed';

/**
 * The last run of a hook. Times are RFC 3339, to the nanosecond.
 *
 * @public
 */
export interface HookExecution {
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly phase?: HookPhase;
}

/**
 * A hook of a release; a hook that has been rendered and not run is one.
 *
 * @public
 */
export interface ReleaseHook extends Hook {
  readonly lastRun?: HookExecution;
}

/**
 * What happened to a revision. Times are RFC 3339, to the nanosecond. The
 * objects that `helm status` adds are no part of it: Helm cannot read them
 * back.
 *
 * @public
 */
export interface ReleaseInfo {
  /** When revision 1 was. */
  readonly firstDeployed?: string;
  readonly lastDeployed?: string;
  /** When it was uninstalled. */
  readonly deleted?: string;
  /** What happened, for people; empty where nothing is said. */
  readonly description: string;
  readonly status?: ReleaseStatus;
  /** The revision that was rolled back to; 0 where it is no rollback. */
  readonly rollbackRevision: number;
  /** Of NOTES.txt. */
  readonly notes: string;
}

/**
 * One revision of a release, as Helm 4.2 stores it. Texts that a record lacks
 * are empty. A status, phase, event or method of a later Helm is kept as it is,
 * so that none of these types is a promise about what was stored elsewhere.
 *
 * @public
 */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** The number of the revision, from 1. */
  readonly version: number;
  readonly info?: ReleaseInfo;
  /**
   * The chart with its dependencies processed. A record has none of the charts
   * in it and no raw files, as in Helm: a chart that was read from a record
   * renders its own templates only.
   */
  readonly chart?: Chart;
  /** What the user gave, without the values of the chart. */
  readonly config?: Values;
  readonly manifest: string;
  readonly hooks: readonly ReleaseHook[];
  /** Labels of the user. They are kept beside the record, not in it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined in records of Helm 3, which is `csa`. */
  readonly applyMethod?: ApplyMethod;
}
