import { Chart, loadChartFiles, Release } from '@backstage-gitops/helm';
import { isAsTakenDown, snapshotOf, testHooksOf } from './snapshots';
import { releaseTarget } from './names';

describe('snapshots', () => {
  let chart: Chart;

  beforeAll(async () => {
    chart = await loadChartFiles([
      {
        name: 'Chart.yaml',
        data: Buffer.from(
          'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "9"\nkeywords: [x]\n',
        ),
      },
    ]);
  });

  const release = (changes: Partial<Release> = {}): Release => ({
    ...{ name: 'web', namespace: 'shop', version: 3, labels: {}, chart },
    config: { replicaCount: 3 },
    manifest: '---\nkind: X\n',
    info: {
      firstDeployed: '2026-01-02T03:04:05.6789Z',
      lastDeployed: '2026-02-02T03:04:05Z',
      description: 'Upgrade complete',
      ...{ status: 'deployed', notes: 'a <b> & c', rollbackRevision: 0 },
    },
    hooks: [
      {
        ...{ name: 'h', kind: 'Job', path: 'web/templates/h.yaml' },
        ...{ manifest: 'kind: Job', events: ['pre-install'], weight: -5 },
        ...{ deletePolicies: ['hook-succeeded'], outputLogPolicies: [] },
        lastRun: {
          startedAt: '2026-01-02T03:04:05Z',
          completedAt: '2026-01-02T03:04:06Z',
          phase: 'Succeeded',
        },
      },
      {
        ...{ name: 't', kind: 'Pod', path: 'web/templates/t.yaml' },
        ...{ manifest: 'kind: Pod', events: ['test'], weight: 0 },
        ...{ deletePolicies: [], outputLogPolicies: [] },
        lastRun: {
          startedAt: '2026-01-02T03:04:05Z',
          completedAt: '2026-01-02T03:04:06Z',
          phase: 'Failed',
        },
      },
    ],
    ...changes,
  });

  it('are those of Flux', () => {
    // Computed by helm-controller 1.6 for the same record.
    expect(snapshotOf(release(), { action: 'upgrade' })).toEqual({
      apiVersion: 'v2',
      action: 'upgrade',
      digest:
        'sha256:7b276c10aa83158c2ecc11b587083c6c48d232f9aa6a8b9af04c563b63b19293',
      ...{ name: 'web', namespace: 'shop', version: 3, status: 'deployed' },
      ...{ chartName: 'web', chartVersion: '1.2.3', appVersion: '9' },
      configDigest:
        'sha256:803f06d4673b07668ff270301ca54ca5829da3133c1219f47bd9f52a60b22f9f',
      firstDeployed: '2026-01-02T03:04:05Z',
      lastDeployed: '2026-02-02T03:04:05Z',
    });
  });

  it('tell a record that somebody changed, tests excepted', () => {
    const before = release();
    const snapshot = snapshotOf(before, { ociDigest: 'sha256:aa' });
    expect(isAsTakenDown(snapshot, before)).toBe(true);
    expect(
      isAsTakenDown(snapshot, { ...before, hooks: before.hooks.slice(0, 1) }),
    ).toBe(true);
    for (const changes of [
      { version: 4 },
      { manifest: '' },
      { config: {} },
      { hooks: [] },
      { info: { ...before.info!, status: 'superseded' as const } },
    ]) {
      expect(isAsTakenDown(snapshot, { ...before, ...changes })).toBe(false);
    }
  });

  it('have the outcome of tests', () => {
    expect(testHooksOf(release())).toEqual({
      t: {
        lastStarted: '2026-01-02T03:04:05Z',
        lastCompleted: '2026-01-02T03:04:06Z',
        phase: 'Failed',
      },
    });
    expect(testHooksOf(release(), name => name !== 't')).toEqual({});
  });
});

describe('releaseTarget', () => {
  const target = (spec: object) =>
    releaseTarget({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'web', namespace: 'team' },
      spec: { interval: '1m', ...spec },
    });

  it.each([
    [{}, { name: 'web', namespace: 'team', storageNamespace: 'team' }],
    [
      { targetNamespace: 'shop' },
      { name: 'shop-web', namespace: 'shop', storageNamespace: 'team' },
    ],
    [
      { targetNamespace: 'shop', releaseName: 'own', storageNamespace: 'x' },
      { name: 'own', namespace: 'shop', storageNamespace: 'x' },
    ],
  ])('of %j', (spec, expected) => {
    expect(target(spec)).toEqual(expected);
  });

  it('shortens what Helm does not take', () => {
    const { name } = target({ targetNamespace: 'n'.repeat(60) });
    expect(name).toMatch(/^n{40}-[0-9a-f]{12}$/);
    expect(target({ releaseName: 'r'.repeat(53) }).name).toHaveLength(53);
  });
});
