import type { JsonValue } from '@backstage-gitops/kubernetes-yaml';
import type { HookEvent } from '../manifests';
import { readChart } from './readChart';
import { RecordFields } from './RecordFields';
import {
  ApplyMethod,
  HookExecution,
  HookPhase,
  Release,
  ReleaseHook,
  ReleaseInfo,
  ReleaseStatus,
} from './Release';

/**
 * A release of the JSON of its record. Names of a later Helm are kept, which
 * is why those of statuses, phases, events and methods are not looked at.
 *
 * @throws ReleaseError `invalid-field`
 */
export function readRelease(
  json: JsonValue,
  labels: Readonly<Record<string, string>>,
): Release {
  const fields = RecordFields.of(json) ?? RecordFields.of({})!;
  const info = fields.struct('info');
  const chart = fields.struct('chart');
  return {
    name: fields.string('name'),
    namespace: fields.string('namespace'),
    version: fields.integer('version'),
    info: info && readInfo(info),
    chart: chart && readChart(chart),
    config: fields.values('config'),
    manifest: fields.string('manifest'),
    hooks: fields.structs('hooks', readHook),
    labels,
    applyMethod: fields.optional('apply_method') as ApplyMethod | undefined,
  };
}

function readInfo(fields: RecordFields): ReleaseInfo {
  return {
    firstDeployed: fields.time('first_deployed', { empty: true }),
    lastDeployed: fields.time('last_deployed', { empty: true }),
    deleted: fields.time('deleted', { empty: true }),
    description: fields.string('description'),
    status: fields.optional('status') as ReleaseStatus | undefined,
    rollbackRevision: fields.integer('rollback_revision'),
    notes: fields.string('notes'),
  };
}

function readHook(fields: RecordFields): ReleaseHook {
  const lastRun = fields.struct('last_run');
  return {
    name: fields.string('name'),
    kind: fields.string('kind'),
    path: fields.string('path'),
    manifest: fields.string('manifest'),
    events: fields.strings('events') as HookEvent[],
    lastRun: lastRun && readExecution(lastRun),
    weight: fields.integer('weight'),
    deletePolicies: fields.strings('delete_policies'),
    outputLogPolicies: fields.strings('output_log_policies'),
  };
}

function readExecution(fields: RecordFields): HookExecution | undefined {
  const execution = {
    startedAt: fields.time('started_at', { empty: true }),
    completedAt: fields.time('completed_at', { empty: true }),
    phase: fields.optional('phase') as HookPhase | undefined,
  };
  // Helm writes an empty one for a hook that never ran.
  return Object.values(execution).some(value => value !== undefined)
    ? execution
    : undefined;
}
