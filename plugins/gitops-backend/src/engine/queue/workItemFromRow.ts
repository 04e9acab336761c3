import { Row, toNumber, toNumberOrNull } from '../../database/rows';
import { WorkItem } from './WorkQueue';

const textOrUndefined = (value: unknown) =>
  typeof value === 'string' ? value : undefined;

/** Reads a row of `gitops_work` as either database returns it. */
export function workItemFromRow(row: Row): WorkItem {
  return {
    id: String(row.id),
    home: String(row.home),
    controller: String(row.controller),
    group: String(row.api_group),
    kind: String(row.kind),
    namespace: String(row.namespace),
    name: String(row.name),
    entityRef: textOrUndefined(row.entity_ref),
    dueAt: toNumberOrNull(row.due_at),
    failures: toNumber(row.failures),
    lost: toNumber(row.lost),
    wakeReason: textOrUndefined(row.wake_reason),
    lastStartedAt: toNumberOrNull(row.last_started_at),
    lastFinishedAt: toNumberOrNull(row.last_finished_at),
    lastOutcome: textOrUndefined(row.last_outcome),
  };
}
