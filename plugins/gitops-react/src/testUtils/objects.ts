import type {
  ObjectDetail,
  ObjectKey,
  ObjectList,
  ObjectRow,
  ObjectStatus,
} from '@backstage-gitops/plugin-gitops-common';

/** @public */
export type ObjectRowOptions = Partial<Omit<ObjectRow, 'key' | 'status'>> & {
  key?: Partial<ObjectKey>;
  status?: Partial<ObjectStatus>;
};

/** @public */
export type ObjectDetailOptions = Partial<
  Omit<ObjectDetail, 'key' | 'status'>
> &
  Pick<ObjectRowOptions, 'key' | 'status'>;

const REVISION = 'main@sha1:3f1c9d2e8a7b6054c1d2e3f405162738495a6b7c';

/**
 * A row of a list: a Kustomization that is Ready, where nothing else is said.
 *
 * @public
 */
export function objectRow(options: ObjectRowOptions = {}): ObjectRow {
  const { key, status, ...rest } = options;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    suspended: false,
    revision: REVISION,
    source: { kind: 'GitRepository', namespace: 'default', name: 'game-repo' },
    interval: '5m0s',
    homeState: 'connected',
    ...rest,
    key: {
      home: 'demo',
      kind: 'Kustomization',
      namespace: 'default',
      name: 'game-app',
      ...key,
    },
    status: {
      word: 'Ready',
      sentence: `Applied revision: ${REVISION}`,
      reason: 'ReconciliationSucceeded',
      since: '2026-11-22T12:00:00Z',
      ...status,
    },
  };
}

/**
 * A page of the given rows, with its counts.
 *
 * @public
 */
export function objectList(
  items: ObjectRow[],
  more: Partial<ObjectList> = {},
): ObjectList {
  const counts: ObjectList['counts'] = {};
  items.forEach(({ status: { word } }) => {
    counts[word] = (counts[word] ?? 0) + 1;
  });
  return {
    items,
    totalItems: items.length,
    counts,
    pageInfo: {},
    changesCursor: 'c1',
    ...more,
  };
}

/**
 * An object in whole, as {@link objectRow} has it.
 *
 * @public
 */
export function objectDetail(options: ObjectDetailOptions = {}): ObjectDetail {
  const { key, status, ...rest } = options;
  return {
    ...objectRow({ key, status }),
    metadata: {
      uid: 'f0e1',
      generation: 1,
      createdAt: '2026-11-22T11:00:00Z',
      labels: {},
      annotations: {},
    },
    spec: {},
    withheld: [],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        observedGeneration: 1,
        lastTransitionTime: '2026-11-22T12:00:00Z',
        reason: 'ReconciliationSucceeded',
        message: `Applied revision: ${REVISION}`,
      },
    ],
    warnings: [],
    inventory: [
      {
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        namespace: 'default',
        name: 'game',
      },
      {
        group: '',
        version: 'v1',
        kind: 'Service',
        namespace: 'default',
        name: 'game',
      },
    ],
    artifact: {
      revision: REVISION,
      updatedAt: '2026-11-22T12:00:00Z',
      commit: {
        message: 'Raise the number of replicas\n\nThe queue grows.',
        author: 'Ada',
        at: '2026-11-22T11:59:00Z',
      },
    },
    history: [],
    dependsOn: [
      {
        relation: 'source',
        kind: 'GitRepository',
        namespace: 'default',
        name: 'game-repo',
        status: { word: 'Ready', sentence: 'stored artifact' },
      },
    ],
    dependants: [],
    queue: { running: false, failures: 0, dueAt: '2026-11-22T12:05:00Z' },
    may: { reconcile: true, suspend: true, delete: true },
    changesCursor: 'c1',
    ...rest,
  };
}
