import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import { parseInventoryId } from '@backstage-gitops/kubernetes-apply';
import {
  AttemptRecord,
  CommonStatus,
  Condition,
  convert,
  FieldError,
  GitopsObject,
  InventoryItem,
  ObjectWarning,
  ReleaseDetail,
  sortConditions,
  validate,
  Warning,
} from '@backstage-gitops/plugin-gitops-common';
import { withoutWebhook } from './withoutWebhook';
import { listAt, textAt, fieldAt } from '../../homes/relationsOf';
import { withoutUndefined } from './toRow';

/** The conditions in Flux's order. */
export function conditionsOf(object: GitopsObject): Condition[] {
  const status: CommonStatus = object.status ?? {};
  const conditions = listAt(status, 'conditions').filter(isJsonObject);
  return sortConditions(conditions as object[] as Condition[]).map(
    condition => ({
      type: condition.type,
      status: condition.status,
      ...(condition.observedGeneration !== undefined && {
        observedGeneration: condition.observedGeneration,
      }),
      lastTransitionTime: condition.lastTransitionTime,
      reason: condition.reason,
      message: withoutWebhook(condition.message),
    }),
  );
}

/** What is wrong with the object as the home holds it. */
export function warningsOf(object: GitopsObject): ObjectWarning[] {
  const toWarning = (
    finding: Warning | FieldError,
    severity: ObjectWarning['severity'],
  ): ObjectWarning => ({
    ...(finding.path !== '' && { path: finding.path }),
    code: finding.code,
    message: finding.message,
    severity,
    from: 'home',
  });
  try {
    const converted = convert(object);
    const { errors, warnings } = validate(converted.object);
    return [
      ...errors.map(error => toWarning(error, 'error')),
      ...[...converted.warnings, ...warnings].map(warning =>
        toWarning(warning, 'warning'),
      ),
    ];
  } catch (error) {
    return [
      {
        code: 'unknownKind',
        message: error instanceof Error ? error.message : String(error),
        severity: 'error',
        from: 'home',
      },
    ];
  }
}

/** The applied objects; entries that are no inventory ids are left out. */
export function inventoryOf(object: GitopsObject): InventoryItem[] {
  return inventoryItemsOf(listAt(object.status, 'inventory', 'entries'));
}

/** Entries of an inventory; those that are no inventory ids are left out. */
export function inventoryItemsOf(entries: readonly unknown[]): InventoryItem[] {
  return entries.flatMap(entry => {
    const id = textAt(entry, 'id');
    if (!id) {
      return [];
    }
    try {
      const { group, kind, namespace, name } = parseInventoryId(id);
      return [
        {
          group,
          version: textAt(entry, 'v') ?? '',
          kind,
          ...(namespace !== '' && { namespace }),
          name,
        },
      ];
    } catch {
      return [];
    }
  });
}

/** The attempts of a Kustomization, or the releases of a HelmRelease. */
export function attemptsOf(object: GitopsObject): AttemptRecord[] {
  return listAt(object.status, 'history').flatMap(entry => {
    const digest = textAt(entry, 'digest');
    const firstAt =
      textAt(entry, 'firstReconciled') ?? textAt(entry, 'firstDeployed');
    const lastAt =
      textAt(entry, 'lastReconciled') ?? textAt(entry, 'lastDeployed');
    if (!digest || !firstAt || !lastAt) {
      return [];
    }
    const total = fieldAt(entry, 'totalReconciliations');
    return [
      {
        digest,
        status:
          textAt(entry, 'lastReconciledStatus') ??
          textAt(entry, 'status') ??
          'unknown',
        firstAt,
        lastAt,
        ...withoutUndefined({
          revision:
            textAt(entry, 'metadata', 'revision') ??
            textAt(entry, 'chartVersion'),
          duration: textAt(entry, 'lastReconciledDuration'),
          total: typeof total === 'number' ? total : undefined,
          release: releaseOf(entry),
        }),
      },
    ];
  });
}

function releaseOf(snapshot: unknown): ReleaseDetail | undefined {
  const name = textAt(snapshot, 'name');
  const namespace = textAt(snapshot, 'namespace');
  const version = fieldAt(snapshot, 'version');
  const chart = textAt(snapshot, 'chartName');
  const chartVersion = textAt(snapshot, 'chartVersion');
  if (
    !name ||
    !namespace ||
    typeof version !== 'number' ||
    !chart ||
    !chartVersion
  ) {
    return undefined;
  }
  const tests = fieldAt(snapshot, 'testHooks');
  return {
    ...{ name, namespace, version, chart, chartVersion },
    ...withoutUndefined({
      appVersion: textAt(snapshot, 'appVersion'),
      action: textAt(snapshot, 'action'),
    }),
    tests: Object.entries(
      typeof tests === 'object' && tests !== null ? tests : {},
    ).map(([hook, test]) => ({
      name: hook,
      ...withoutUndefined({
        phase: textAt(test, 'phase'),
        at: textAt(test, 'lastCompleted') ?? textAt(test, 'lastStarted'),
      }),
    })),
  };
}
