import { Release } from '@backstage-gitops/helm';
import { ReleaseRecords } from '@backstage-gitops/helm/actions';
import {
  difference,
  inventoryEntryOf,
  PlannedChange,
  planObjects,
  refOfEntry,
  subjectOf,
} from '@backstage-gitops/kubernetes-apply';
import {
  isJsonObject,
  KubernetesObject,
  parseManifests,
} from '@backstage-gitops/kubernetes-yaml';
import {
  ConditionType,
  FieldManager,
} from '@backstage-gitops/plugin-gitops-common';
import { valuesOver } from '../actions/preservedValues';
import { describeDrift } from '../drift/describeDrift';
import { decideAction } from '../state/decideAction';
import { stateOf } from './releaseLoop';
import { present, ReleaseRequest, renderOf } from './ReleaseRequest';

/** Says what would become of a release, and does none of it. */
export async function planRelease(request: ReleaseRequest): Promise<void> {
  const { run, chart, mask } = request;
  const plan = await planOf(request);
  run.status.observedGeneration = run.generation;
  run.status.lastAttemptedRevision = chart.version;
  const message = `Plan for chart ${chart.name}@${chart.version}: ${plan}`;
  await run.report({
    condition: { type: ConditionType.Ready, status: 'Unknown' },
    event: 'Normal',
    reason: 'Planned',
    message: mask?.mask(message) ?? message,
    revision: chart.version,
  });
}

async function planOf(request: ReleaseRequest): Promise<string> {
  const { run, client, target, signal } = request;
  const { storageNamespace: namespace } = target;
  const records = new ReleaseRecords({ client, namespace });
  const last = await records.last(target.name, { signal });
  const state = await stateOf(request, last);
  const { decision } = await decideAction(state, present(run), {
    force: false,
    checkSnapshot: async () => true,
  });
  if (decision.type === 'stalled') {
    return `nothing would be done: ${decision.message}`;
  }
  if (decision.type === 'done') {
    return state.drift
      ? `the release would stay as it is, and it has drifted:\n${describeDrift(state.drift)}`
      : 'the release would stay as it is';
  }
  const { action, reason } = decision;
  const why = reason ? ` (${reason})` : '';
  switch (action) {
    case 'install':
    case 'upgrade':
      return `the release would be ${action === 'install' ? 'installed' : 'upgraded'}${why}: ${await changesOf(request, last)}`;
    case 'correct-drift':
      return `drift would be corrected:\n${describeDrift(state.drift ?? [])}`;
    default:
      return `the action '${action}' would be run${why}`;
  }
}

/** What an install or upgrade would do to objects, found by dry runs. */
async function changesOf(
  request: ReleaseRequest,
  last: Release | undefined,
): Promise<string> {
  const { run, client, target, values, signal } = request;
  const { name, namespace } = target;
  const { manifest } = await renderOf(
    request,
    valuesOver(run.object, values, last),
  )({
    ...{ name, namespace, revision: (last?.version ?? 0) + 1 },
    isUpgrade: last !== undefined,
  });
  const changes = await planObjects({
    ...{ client, signal, defaultNamespace: namespace },
    objects: parseManifests(manifest).filter(
      isJsonObject,
    ) as KubernetesObject[],
    fieldManager: FieldManager.helm,
    ownerLabels: {},
  });
  const stale = difference(
    run.status.inventory?.entries ?? [],
    changes.map(({ ref }) => inventoryEntryOf(ref)),
  ).filter(({ id }) => !id.endsWith('_CustomResourceDefinition'));
  const failed = changes.filter(({ failure }) => failure);
  const fine = changes.filter(({ failure }) => !failure);
  const of = (action: PlannedChange['action']) =>
    fine.filter(change => change.action === action);
  return [
    [
      `${of('created').length} to create`,
      `${of('configured').length} to change`,
      `${stale.length} to delete`,
      `${of('unchanged').length} unchanged`,
      ...(failed.length > 0 ? [`${failed.length} would fail`] : []),
    ].join(', '),
    ...failed.map(({ failure }) => failure!.message),
    ...[...of('created'), ...of('configured')].map(
      ({ ref, action }) => `${subjectOf(ref)} would be ${action}`,
    ),
    ...stale.map(entry => `${subjectOf(refOfEntry(entry))} would be deleted`),
  ].join('\n');
}
