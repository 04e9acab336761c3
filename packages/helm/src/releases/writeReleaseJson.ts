import { GoError } from '@backstage-gitops/go-template';
import { Fields, MarshalError } from '../functions/encoding/jsonForm';
import { writeJson } from '../functions/encoding/writeJson';
import { chartForm } from './chartForm';
import { integer, list, map, struct, time } from './goForms';
import type { Release, ReleaseHook, ReleaseInfo } from './Release';
import { ReleaseError } from './ReleaseError';

/**
 * The JSON of a record, to the byte what Go's encoding/json makes of Helm's
 * structs (Helm 4.2, Go 1.26): their order of fields, what is empty left out
 * where they say so, keys of maps sorted, `<`, `>` and `&` escaped.
 *
 * @throws ReleaseError `not-representable` for numbers that JSON has no form
 * for, times that are not RFC 3339, and values nested more than 1000 levels
 * deep; `limit` for more than 32 Mi characters
 * @public
 */
export function writeReleaseJson(release: Release): string {
  return writeForm(releaseForm(release));
}

/** @throws ReleaseError */
export function writeForm(form: Fields): string {
  try {
    return writeJson(form);
  } catch (error) {
    // The cause says no more, and could name what a record holds.
    if (error instanceof MarshalError) {
      throw new ReleaseError(
        'not-representable',
        'the release cannot be stored: its values are nested too deeply, or hold what JSON has no form for',
      );
    }
    if (error instanceof GoError) {
      throw new ReleaseError(
        'limit',
        'the release cannot be stored: its record is too large',
      );
    }
    throw error;
  }
}

function releaseForm(release: Release): Fields {
  return struct({
    name: release.name || undefined,
    info: release.info && infoForm(release.info),
    chart: release.chart && chartForm(release.chart),
    config: map(release.config),
    manifest: release.manifest || undefined,
    hooks: list(release.hooks.map(hookForm)),
    version: integer(release.version, 'version'),
    namespace: release.namespace || undefined,
    apply_method: release.applyMethod || undefined,
  });
}

export function infoForm(info: ReleaseInfo): Fields {
  return struct({
    first_deployed: time(info.firstDeployed, 'info.firstDeployed'),
    last_deployed: time(info.lastDeployed, 'info.lastDeployed'),
    deleted: time(info.deleted, 'info.deleted'),
    description: info.description || undefined,
    status: info.status || undefined,
    rollback_revision: integer(info.rollbackRevision, 'info.rollbackRevision'),
    notes: info.notes || undefined,
  });
}

export function hookForm(hook: ReleaseHook, index: number): Fields {
  const { lastRun } = hook;
  const path = `hooks[${index}]`;
  return struct({
    name: hook.name || undefined,
    kind: hook.kind || undefined,
    path: hook.path || undefined,
    manifest: hook.manifest || undefined,
    events: list(hook.events),
    last_run: struct({
      started_at: time(lastRun?.startedAt, `${path}.lastRun.startedAt`),
      completed_at: time(lastRun?.completedAt, `${path}.lastRun.completedAt`),
      phase: lastRun?.phase ?? '',
    }),
    weight: integer(hook.weight, `${path}.weight`),
    delete_policies: list(hook.deletePolicies),
    output_log_policies: list(hook.outputLogPolicies),
  });
}
