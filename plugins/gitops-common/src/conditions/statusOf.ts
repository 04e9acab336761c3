import { CommonStatus, Condition, GitopsObject } from '../objects';
import { kindOf } from '../kinds';
import { hasSwitch } from '../annotations';
import { ConditionType, Reason } from './constants';

/**
 * The words for the state of an object; the same in every view and answer.
 *
 * @public
 */
export type StatusWord =
  | 'Ready'
  | 'Progressing'
  | 'Waiting'
  | 'Drifted'
  | 'Failed'
  | 'Suspended'
  | 'Unknown';

/**
 * The words, the one that needs attention most first.
 *
 * @public
 */
export const STATUS_WORDS: readonly StatusWord[] = [
  'Failed',
  'Drifted',
  'Waiting',
  'Progressing',
  'Unknown',
  'Suspended',
  'Ready',
];

/**
 * The state of an object in one word and one sentence.
 *
 * @public
 */
export interface ObjectStatus {
  word: StatusWord;
  /** For people; the message of the condition where there is one. */
  sentence: string;
  /** Reason of the condition that decided. */
  reason?: string;
  /** RFC 3339; since when. */
  since?: string;
}

/** Ready=False for want of something that comes by itself. */
const WAITING_REASONS: ReadonlySet<string> = new Set([
  Reason.DependencyNotReady,
  Reason.NoArtifact,
  'SourceNotReady',
  'SourceFetchFailed',
]);

/** Say that nothing is tried any more; what failed, the condition Ready knows. */
const GIVEN_UP: ReadonlySet<string> = new Set([
  'RetriesExceeded',
  'MissingRollbackTarget',
]);

/** A Kustomization whose source has no artifact yet says so in its text only. */
const WAITING_TEXT = /retrying in \d+/i;

/**
 * Tells the state of an object from `spec.suspend`, its generation and its
 * conditions. Ready alone is not enough: Flux leaves it as it was during routine
 * runs and before a new spec was looked at (Flux 2.9).
 *
 * @public
 */
export function statusOf(object: GitopsObject): ObjectStatus {
  const { metadata } = object;
  const status: CommonStatus = object.status ?? {};
  const conditions = status.conditions ?? [];
  const find = (type: string) => conditions.find(c => c.type === type);
  const ready = find(ConditionType.Ready);
  const reconciling = find(ConditionType.Reconciling);
  const stalled = find(ConditionType.Stalled);
  const drifted = find(ConditionType.Drifted);

  if (metadata.deletionTimestamp) {
    return isFailing(ready)
      ? tell('Failed', ready, 'The deletion fails.')
      : {
          word: 'Progressing',
          sentence:
            reconciling?.status === 'True'
              ? reconciling.message
              : 'The object is being deleted.',
          since: metadata.deletionTimestamp,
        };
  }
  if (isSuspended(object)) {
    return { word: 'Suspended', sentence: 'Reconciling is suspended.' };
  }
  if (isStatic(object)) {
    return {
      word: 'Ready',
      sentence: 'Holds settings; there is nothing to reconcile.',
    };
  }
  if (conditions.length === 0) {
    return { word: 'Unknown', sentence: 'Nobody has looked at it yet.' };
  }
  // A terminal failure of an older spec says nothing about the present one.
  if (stalled?.status === 'True' && isCurrent(object, stalled)) {
    const told = tell(
      'Failed',
      stalled,
      'It cannot go on until it is changed.',
    );
    return ready?.status === 'False' &&
      GIVEN_UP.has(stalled.reason) &&
      ready.message !== stalled.message
      ? { ...told, sentence: `${told.sentence}: ${ready.message}` }
      : told;
  }
  if (ready && !isCurrent(object, ready)) {
    return {
      word: 'Progressing',
      sentence: 'The last change has not been taken up yet.',
      ...(reconciling?.status === 'True' && {
        sentence: reconciling.message,
        reason: reconciling.reason,
        since: reconciling.lastTransitionTime,
      }),
    };
  }
  if (ready?.status === 'False' && ready.reason === Reason.PruneHeld) {
    // Nothing failed, and nothing goes on before somebody decides.
    return tell('Drifted', ready, 'What left the source is still there.');
  }
  if (ready?.status === 'False') {
    return isWaiting(ready)
      ? tell('Waiting', ready, 'It waits for something else.')
      : tell('Failed', ready, 'The last attempt failed.');
  }
  if (reconciling?.status === 'True') {
    return tell('Progressing', reconciling, 'It is being reconciled.');
  }
  if (drifted?.status === 'True') {
    return tell(
      'Drifted',
      drifted,
      'The cluster differs from what it should be.',
    );
  }
  if (ready?.status === 'True') return tell('Ready', ready, 'It is ready.');
  return tell('Unknown', ready, 'Its state is not known.');
}

/**
 * Whether reconciling is switched off: by `spec.suspend`, or by annotation for
 * an ArtifactGenerator.
 *
 * @public
 */
export function isSuspended(object: GitopsObject): boolean {
  if ('suspend' in object.spec && object.spec.suspend === true) return true;
  return (
    object.kind === 'ArtifactGenerator' &&
    hasSwitch(
      object.metadata.annotations,
      'source.extensions.fluxcd.io/reconcile',
      'disabled',
    )
  );
}

/** Kinds without a status, and registries, which Flux only looks up when needed. */
function isStatic(object: GitopsObject): boolean {
  if (kindOf(object.apiVersion, object.kind)?.hasStatus === false) return true;
  return (
    object.kind === 'HelmRepository' &&
    'type' in object.spec &&
    object.spec.type === 'oci'
  );
}

function isCurrent(object: GitopsObject, condition: Condition): boolean {
  const { generation } = object.metadata;
  const { observedGeneration } = condition;
  return (
    generation === undefined ||
    observedGeneration === undefined ||
    observedGeneration >= generation
  );
}

function isFailing(ready: Condition | undefined): boolean {
  return ready?.status === 'False' && !isWaiting(ready);
}

function isWaiting(ready: Condition): boolean {
  return (
    WAITING_REASONS.has(ready.reason) ||
    (ready.reason === Reason.ArtifactFailed && WAITING_TEXT.test(ready.message))
  );
}

function tell(
  word: StatusWord,
  condition: Condition | undefined,
  otherwise: string,
): ObjectStatus {
  return {
    word,
    sentence: condition?.message || otherwise,
    ...(condition && {
      reason: condition.reason,
      since: condition.lastTransitionTime,
    }),
  };
}
