import {
  Artifact,
  formatObject,
  GitopsObject,
  sameRevision,
} from '@backstage-gitops/plugin-gitops-common';
import { CustomErrorBase } from '@backstage/errors';
import { ReconcileRun } from '../../engine/reconcile/ReconcileRun';
import { Claim } from '../../engine/queue/WorkQueue';
import { ObjectReference } from '../../homes/ObjectReference';

type Run = Pick<
  ReconcileRun,
  'home' | 'id' | 'object' | 'generation' | 'key' | 'signal'
> & { claim: Pick<Claim, 'onWake'> };

/** Something newer has overtaken an attempt; the next run begins at once. */
export class OvertakenError extends CustomErrorBase {
  readonly name = 'OvertakenError';
  readonly code = 'GITOPS_OVERTAKEN';
  /** The object that is newer, as `Kind/namespace/name`. */
  readonly by: string;

  constructor(by: string) {
    super(`New reconciliation triggered by ${by}`);
    this.by = by;
  }
}

/** One attempt, which may be overtaken. */
export class Course {
  /** For all that may end early; also fires when the claim is lost. */
  readonly signal: AbortSignal;
  onEnd: () => void = () => {};
  private readonly overtaken = new AbortController();
  private readonly newer: () => string | undefined;
  private isHeld = false;

  constructor(signal: AbortSignal, newer: () => string | undefined) {
    this.newer = newer;
    this.signal = AbortSignal.any([signal, this.overtaken.signal]);
  }

  get hasGivenWay(): boolean {
    return this.overtaken.signal.aborted;
  }

  /** From here on it does not end early, whatever comes. */
  hold(): void {
    this.isHeld = true;
  }

  /** It may end again, and does where something came meanwhile. */
  release(): void {
    this.isHeld = false;
    this.look();
  }

  /** Something has changed. */
  look(): void {
    const by = this.isHeld ? undefined : this.newer();
    if (by !== undefined) {
      this.overtaken.abort(new OvertakenError(by));
    }
  }

  end(): void {
    this.onEnd();
  }
}

/** A source that changes all the time must not keep a delivery from its end. */
const TIMES_IN_A_ROW = 3;

/**
 * Lets an attempt end early that is about an old revision of its source, or an
 * old spec. (Flux 2.9 ends health checks only, and these by a feature gate.)
 *
 * What only reads may end at any moment: fetching, decrypting, building, dry
 * runs, waiting for definitions to be served. What a stage of an apply has begun
 * to write, it writes to the end: half of it may not work, and the newer revision
 * may never be applied, since it does not build. Between two stages it ends; what
 * was created until then is in the inventory that is written ahead, so the next
 * run knows it. From the last stage on, the attempt goes on to its inventory and
 * its prune, and ends before it waits for health.
 */
export class GivingWay {
  /** By object: how many attempts in a row have ended so. Lost, it costs time only. */
  private readonly times = new Map<string, number>();

  /** Begins to listen; to be ended with the attempt at an artifact of a source. */
  begin(run: Run, artifact: Artifact, source: ObjectReference): Course {
    const isPatient = (this.times.get(run.id) ?? 0) < TIMES_IN_A_ROW;
    const course = new Course(run.signal, () =>
      newerThan(run, artifact, source),
    );
    const stop = isPatient ? run.claim.onWake(() => course.look()) : () => {};
    course.onEnd = () => {
      stop();
      if (course.hasGivenWay) {
        this.times.set(run.id, (this.times.get(run.id) ?? 0) + 1);
      } else {
        this.times.delete(run.id);
      }
    };
    return course;
  }
}

/** What the watches show that an attempt does not know of. */
function newerThan(
  run: Run,
  artifact: Artifact,
  source: ObjectReference,
): string | undefined {
  const { cache } = run.home;
  const object = cache.get(run.key);
  if (object?.metadata.uid === run.object.metadata.uid) {
    const { generation = 0, deletionTimestamp } = object?.metadata ?? {};
    if (
      generation > run.generation ||
      (deletionTimestamp && !run.object.metadata.deletionTimestamp)
    ) {
      return formatObject(run.key);
    }
  }
  const current = artifactOf(cache.get(source));
  return current &&
    !sameRevision(current.revision, artifact.revision) &&
    // What was read from the API may be newer than what a watch has shown.
    Date.parse(current.lastUpdateTime) >= Date.parse(artifact.lastUpdateTime)
    ? formatObject(source)
    : undefined;
}

function artifactOf(object: GitopsObject | undefined): Artifact | undefined {
  return (object?.status as { artifact?: Artifact } | undefined)?.artifact;
}
