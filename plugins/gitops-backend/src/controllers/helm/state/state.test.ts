import { Chart, loadChartFiles, Release } from '@backstage-gitops/helm';
import {
  HelmRelease,
  HelmReleaseSpec,
  HelmReleaseStatus,
  HelmSnapshot,
} from '@backstage-gitops/plugin-gitops-common';
import { snapshotOf } from '../release/snapshots';
import { configDigest } from '../values/configDigest';
import { decideAction, Decision } from './decideAction';
import { determineState, ReleaseStateType, StateInput } from './determineState';

const object = (
  spec: Partial<HelmReleaseSpec> = {},
  status: HelmReleaseStatus = {},
): HelmRelease => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'web', namespace: 'shop', generation: 2 },
  spec: { interval: '1m', ...spec },
  status: { observedGeneration: 2, ...status },
});

const snapshot = (
  version: number,
  status: string,
  tests?: string[],
): HelmSnapshot => ({
  ...{ name: 'web', namespace: 'shop', version, status, digest: 'x' },
  ...{ chartName: 'web', chartVersion: '1.2.3', configDigest: 'x' },
  ...{ firstDeployed: 'x', lastDeployed: 'x' },
  ...(tests && {
    testHooks: Object.fromEntries(
      tests.map((phase, i) => [`test-${i}`, { phase }]),
    ),
  }),
});

describe('determineState', () => {
  let chart: Chart;

  beforeAll(async () => {
    chart = await loadChartFiles([
      {
        name: 'Chart.yaml',
        data: Buffer.from('apiVersion: v2\nname: web\nversion: 1.2.3\n'),
      },
    ]);
  });

  const record = (status = 'deployed', changes: Partial<Release> = {}) =>
    ({
      ...{ name: 'web', namespace: 'shop', version: 3, labels: {}, chart },
      ...{ config: { replicas: 1 }, manifest: 'kind: X\n', hooks: [] },
      info: { status, description: '', notes: '', rollbackRevision: 0 },
      ...changes,
    }) as Release;

  const wanted: StateInput<string>['wanted'] = {
    chart: { name: 'web', version: '1.2.3' },
    configDigest: configDigest({ replicas: 1 }),
    ...{ postRenderersDigest: '', commonMetadataDigest: '' },
  };

  type Row = [
    what: string,
    input: () => Partial<StateInput<string>>,
    type: ReleaseStateType,
    reason?: RegExp,
  ];

  /** An object that knows the record, as it should be. */
  const known = (
    spec: Partial<HelmReleaseSpec> = {},
    status: HelmReleaseStatus = {},
    last = record(),
    tests?: HelmSnapshot['testHooks'],
  ) => ({
    last,
    object: object(spec, {
      history: [{ ...snapshotOf(last), testHooks: tests }],
      ...status,
    }),
  });

  it.each<Row>([
    ['no record', () => ({}), 'Absent', /no release in storage/],
    ...['pending-install', 'pending-upgrade', 'pending-rollback'].map(
      (status): Row => [
        `${status} without history`,
        () => ({ last: record(status) }),
        'Locked',
        new RegExp(status),
      ],
    ),
    [
      'an uninstalled one without history',
      () => ({ last: record('uninstalled') }),
      'Absent',
      /uninstalled/,
    ],
    ['one of others', () => ({ last: record() }), 'Unmanaged', /existing/],
    [
      'a later one of others',
      () => ({ ...known(), last: record('deployed', { version: 4 }) }),
      'Unmanaged',
      /not observed/,
    ],
    [
      'one that was changed',
      () => ({ ...known(), last: record('deployed', { manifest: 'x' }) }),
      'Unmanaged',
      /was changed/,
    ],
    ['a failed one', () => known({}, {}, record('failed')), 'Failed'],
    [
      'an uninstalled one',
      () => known({}, {}, record('uninstalled')),
      'Absent',
      /uninstalled/,
    ],
    [
      'another chart',
      () => ({
        ...known(),
        wanted: { ...wanted, chart: { name: 'web', version: '1.2.4' } },
      }),
      'OutOfSync',
      /chart/,
    ],
    [
      'other values',
      () => ({
        ...known(),
        wanted: { ...wanted, configDigest: configDigest({ replicas: 2 }) },
      }),
      'OutOfSync',
      /values/,
    ],
    [
      'another post-renderer in a new generation',
      () => ({
        ...known({}, { observedGeneration: 1 }),
        wanted: { ...wanted, postRenderersDigest: 'sha256:aa' },
      }),
      'OutOfSync',
      /postrenderers/,
    ],
    [
      'other metadata in a new generation',
      () => ({
        ...known({}, { observedGeneration: 1 }),
        wanted: { ...wanted, commonMetadataDigest: 'sha256:aa' },
      }),
      'OutOfSync',
      /common metadata/,
    ],
    [
      'another post-renderer in a generation that was seen',
      () => ({
        ...known(),
        wanted: { ...wanted, postRenderersDigest: 'sha256:aa' },
      }),
      'InSync',
    ],
    ['tests to run', () => known({ test: { enable: true } }), 'Untested'],
    [
      'tests that have begun',
      () =>
        known({ test: { enable: true } }, {}, record(), {
          a: { phase: 'Succeeded' },
          b: { phase: 'Running' },
        }),
      'Untested',
    ],
    [
      'no tests at all',
      () => known({ test: { enable: true } }, {}, record(), {}),
      'InSync',
    ],
    [
      'a failed test',
      () =>
        known(
          { test: { enable: true } },
          { lastAttemptedReleaseAction: 'upgrade' },
          record(),
          { a: { phase: 'Failed' } },
        ),
      'Failed',
      /test in failed phase/,
    ],
    [
      'a failed test that does not matter',
      () =>
        known(
          { test: { enable: true, ignoreFailures: true } },
          { lastAttemptedReleaseAction: 'upgrade' },
          record(),
          { a: { phase: 'Failed' } },
        ),
      'InSync',
    ],
    [
      'drift',
      () => ({
        ...known({ driftDetection: { mode: 'warn' } }),
        findDrift: async () => 'ConfigMap/shop/a removed',
      }),
      'Drifted',
    ],
    [
      'drift that nobody looks for',
      () => ({ ...known(), findDrift: async () => 'not asked' }),
      'InSync',
    ],
    [
      'no drift',
      () => ({
        ...known({ driftDetection: { mode: 'enabled' } }),
        findDrift: async () => undefined,
      }),
      'InSync',
    ],
  ])('with %s', async (_, input, type, reason = /^$/) => {
    const found = await determineState({
      ...{ object: object(), last: undefined, wanted },
      ...input(),
    });
    expect(found.type).toBe(type);
    expect(found.reason).toMatch(reason);
    expect(found.drift !== undefined).toBe(type === 'Drifted');
  });

  it.each(['superseded', 'uninstalling', 'unknown'])(
    'does not guess what %s is',
    async status => {
      await expect(
        determineState({ ...known({}, {}, record(status)), wanted }),
      ).rejects.toMatchObject({ code: 'GITOPS_HELM_STATE' });
    },
  );
});

describe('decideAction', () => {
  type Row = [
    what: string,
    state: ReleaseStateType,
    spec: Partial<HelmReleaseSpec>,
    status: HelmReleaseStatus,
    options: { force?: boolean; altered?: boolean },
    decision: string,
    kept?: number[],
  ];
  const history = [
    snapshot(5, 'failed'),
    snapshot(4, 'superseded', ['Failed']),
    snapshot(3, 'superseded'),
    snapshot(2, 'superseded'),
  ];
  const upgraded: HelmReleaseStatus = {
    lastAttemptedReleaseAction: 'upgrade',
    upgradeFailures: 1,
    history,
  };
  const retries = (count: number, more: object = {}) => ({
    upgrade: { remediation: { retries: count, ...more } },
  });
  const text = (decision: Decision) =>
    decision.type === 'act'
      ? decision.action
      : [
          decision.type,
          ...('reason' in decision ? [decision.reason] : []),
        ].join(' ');

  it.each<Row>([
    ['what is in sync', 'InSync', {}, { history }, {}, 'done', [5, 4, 3]],
    [
      'what is in sync, tests ignored',
      'InSync',
      { test: { ignoreFailures: true } },
      { history },
      {},
      'done',
      [5, 4],
    ],
    ['a forced one', 'InSync', {}, {}, { force: true }, 'upgrade'],
    ['a locked one', 'Locked', {}, {}, {}, 'unlock'],
    ['none', 'Absent', {}, {}, {}, 'install'],
    [
      'none after too many attempts',
      'Absent',
      { install: { remediation: { retries: 2 } } },
      { lastAttemptedReleaseAction: 'install', installFailures: 3 },
      {},
      'stalled RetriesExceeded',
    ],
    [
      'none after too many attempts, forced',
      'Absent',
      {},
      { lastAttemptedReleaseAction: 'install', installFailures: 1 },
      { force: true },
      'install',
    ],
    [
      'none where attempts have no end',
      'Absent',
      { install: { remediation: { retries: -1 } } },
      { installFailures: 99 },
      {},
      'install',
    ],
    ['one of others', 'Unmanaged', {}, { history }, {}, 'upgrade', []],
    ['one out of sync', 'OutOfSync', {}, {}, {}, 'upgrade'],
    [
      'one out of sync after too many attempts',
      'OutOfSync',
      {},
      upgraded,
      {},
      'stalled RetriesExceeded',
    ],
    [
      'drift to correct',
      'Drifted',
      { driftDetection: { mode: 'enabled' } },
      {},
      {},
      'correct-drift',
    ],
    [
      'drift to warn of',
      'Drifted',
      { driftDetection: { mode: 'warn' } },
      {},
      {},
      'done',
    ],
    ['an untested one', 'Untested', {}, {}, {}, 'test'],
    ['a failed one of others', 'Failed', {}, {}, {}, 'upgrade'],
    [
      'a failed one since which something changed',
      'Failed',
      {},
      { ...upgraded, upgradeFailures: 0 },
      {},
      'upgrade',
    ],
    [
      'a failed one that is tried again',
      'Failed',
      { upgrade: { strategy: { name: 'RetryOnFailure' } } },
      upgraded,
      {},
      'upgrade',
    ],
    [
      'a failed one, forced',
      'Failed',
      {},
      upgraded,
      { force: true },
      'upgrade',
    ],
    [
      'a failed one without retries',
      'Failed',
      {},
      upgraded,
      {},
      'stalled RetriesExceeded',
    ],
    [
      'a failed upgrade with retries',
      'Failed',
      retries(1),
      upgraded,
      {},
      'rollback',
      [5, 4, 3],
    ],
    [
      'a failed upgrade, tests ignored',
      'Failed',
      retries(1, { ignoreTestFailures: true }),
      upgraded,
      {},
      'rollback',
      [5, 4],
    ],
    [
      'the last failure of an upgrade with retries',
      'Failed',
      retries(1),
      { ...upgraded, upgradeFailures: 2 },
      {},
      'rollback',
    ],
    [
      'the last failure that stays',
      'Failed',
      retries(1, { remediateLastFailure: false }),
      { ...upgraded, upgradeFailures: 2 },
      {},
      'stalled RetriesExceeded',
    ],
    [
      'a failed upgrade that is uninstalled',
      'Failed',
      retries(1, { strategy: 'uninstall' }),
      upgraded,
      {},
      'uninstall',
    ],
    [
      'a failed install with retries',
      'Failed',
      { install: { remediation: { retries: 1 } } },
      { lastAttemptedReleaseAction: 'install', installFailures: 1 },
      {},
      'uninstall',
    ],
    [
      'a failed upgrade with nothing to go back to',
      'Failed',
      retries(1),
      { ...upgraded, history: history.slice(0, 2) },
      {},
      'stalled MissingRollbackTarget',
    ],
    [
      'a failed upgrade whose predecessor was changed',
      'Failed',
      retries(1),
      upgraded,
      { altered: true },
      'upgrade',
    ],
  ])('for %s', async (...row: Row) => {
    const [, type, spec, status, options, expected, kept] = row;
    const { decision, history: after } = await decideAction(
      { type, reason: '' },
      object(spec, status),
      {
        force: options.force ?? false,
        checkSnapshot: async () => !options.altered,
      },
    );
    expect(text(decision)).toBe(expected);
    expect(kept ?? after.map(one => one.version)).toEqual(
      after.map(one => one.version),
    );
  });

  it('says how often it was tried', async () => {
    const { decision } = await decideAction(
      { type: 'OutOfSync', reason: '' },
      object(retries(2), { ...upgraded, upgradeFailures: 3 }),
      { force: false, checkSnapshot: async () => true },
    );
    expect(decision).toMatchObject({
      message: 'Failed to upgrade after 3 attempt(s)',
    });
  });
});
