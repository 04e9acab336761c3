import { ObjectRow } from '@backstage-gitops/plugin-gitops-common';
import { HomeState } from '../../homes/Home';
import { ObjectSummary } from './ObjectSummary';
import { WorkState } from './WorkReader';

/** Bytes of JSON that a row may have. */
export const ROW_LIMIT = 1024;
/** A sentence is cut no further than this, however long the names are. */
const SHORTEST_SENTENCE = 40;

/** Milliseconds since the epoch as RFC 3339. */
export function timestamp(ms: number | null | undefined): string | undefined {
  return ms === null || ms === undefined
    ? undefined
    : new Date(ms).toISOString();
}

/** A row with the whole sentence. */
export function toRow(
  summary: ObjectSummary,
  home: HomeState | undefined,
  work: WorkState | undefined,
): ObjectRow {
  const { status } = summary;
  return {
    key: summary.key,
    apiVersion: summary.apiVersion,
    status: {
      word: status.word,
      sentence: status.sentence,
      ...(status.reason !== undefined && { reason: status.reason }),
      ...(status.since !== undefined && { since: status.since }),
    },
    suspended: summary.suspended,
    ...withoutUndefined({
      revision: summary.revision,
      source: summary.source,
      interval: summary.interval,
      nextRunAt: summary.suspended ? undefined : timestamp(work?.dueAt),
      lastRunAt: timestamp(work?.lastFinishedAt) ?? summary.lastHandledAt,
      ownerRef: summary.ownerRef,
      entityRef: summary.entityRef ?? work?.entityRef,
    }),
    homeState: home?.connected ? 'connected' : 'disconnected',
  };
}

/** The row as lists have it: the sentence is cut to what is left of 1 KB. */
export function toListRow(row: ObjectRow): ObjectRow {
  const excess = bytesOf(row) - ROW_LIMIT;
  if (excess <= 0) {
    return row;
  }
  const { sentence } = row.status;
  // A character takes at least a byte; one that takes more is cut further.
  let length = sentence.length - excess;
  let cut = row;
  do {
    length = Math.max(length, SHORTEST_SENTENCE);
    cut = {
      ...row,
      status: { ...row.status, sentence: shorten(sentence, length) },
    };
    length -= 16;
  } while (bytesOf(cut) > ROW_LIMIT && length > SHORTEST_SENTENCE - 16);
  return cut;
}

function shorten(text: string, length: number): string {
  if (text.length <= length) {
    return text;
  }
  // Never leaves half of a surrogate pair behind.
  return `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function bytesOf(row: ObjectRow): number {
  return Buffer.byteLength(JSON.stringify(row));
}

/** Leaves out what is not known. */
export function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as Partial<T>;
}
