import {
  DoctorHome,
  DoctorHomeKind,
  DoctorQueue,
  DoctorRegistrations,
} from '@backstage-gitops/plugin-gitops-common';
import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { DoctorCheck, DoctorSections } from '../DoctorCheck';
import { catalogAnswers } from './catalogAnswers';
import { homeAnswers } from './homeAnswers';
import { homeCluster } from './homeCluster';
import { homeKinds } from './homeKinds';
import { homesConfigured } from './homesConfigured';
import { homeWriter } from './homeWriter';
import { objectsOwned } from './objectsOwned';
import { objectsUnreconciled } from './objectsUnreconciled';
import { queueFailing } from './queueFailing';
import { queueLag } from './queueLag';
import { registrationStates } from './registrationStates';

const { signal } = new AbortController();
const ask = (check: DoctorCheck, sections: DoctorSections) =>
  check.run(sections, signal);

const kind = (options: Partial<DoctorHomeKind> = {}): DoctorHomeKind => ({
  kind: 'Kustomization',
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  reconciled: true,
  writtenBy: 'portal',
  served: true,
  objects: 1,
  watchedSince: '2026-11-22T12:00:00Z',
  ...options,
});

const home = (options: Partial<DoctorHome> = {}): DoctorHome => ({
  name: 'demo',
  configuredMode: 'reconcile',
  mode: 'reconcile',
  connected: true,
  since: '2026-11-22T12:00:00Z',
  version: 'v1.34.1',
  cluster: { pinned: 'uid-1', isConfigured: false },
  defaultIdentity: { type: 'none' },
  kinds: [kind()],
  claims: [],
  ...options,
});

const figures = {
  total: 5,
  due: 0,
  running: 0,
  lost: 0,
  retrying: 0,
  waiting: 0,
  scheduled: 5,
  asleep: 0,
  lagSeconds: 0,
};

const queue = (options: Partial<DoctorQueue> = {}): DoctorQueue => ({
  ...figures,
  kinds: [],
  workers: { kustomize: 4 },
  processes: 2,
  failing: { totalItems: 0, items: [] },
  abandoned: 0,
  ...options,
});

it('checks say nothing of what could not be read', async () => {
  const checks = [
    homesConfigured,
    homeAnswers,
    homeCluster,
    homeWriter,
    homeKinds,
    objectsOwned,
    objectsUnreconciled,
    queueFailing,
    queueLag,
    catalogAnswers({ startedAt: 0 }),
    ...registrationStates,
  ];
  const ids = checks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const check of checks) {
    expect([check.id, await ask(check, {})]).toEqual([check.id, []]);
  }
});

describe('homes', () => {
  const ofHome = (check: DoctorCheck, options: Partial<DoctorHome>) =>
    ask(check, { homes: [home(options)] });

  it('must be configured', async () => {
    expect(await ask(homesConfigured, { homes: [home()] })).toEqual([]);
    const [finding] = await ask(homesConfigured, { homes: [] });
    expect(finding.level).toBe('error');
    expect(parseYaml(finding.snippet!.text)).toMatchObject({
      gitops: { homes: [{ mode: 'observe' }] },
    });
  });

  it('must answer', async () => {
    expect(await ofHome(homeAnswers, {})).toMatchObject([{ level: 'ok' }]);
    expect(
      await ofHome(homeAnswers, { connected: false, error: 'ECONNREFUSED' }),
    ).toMatchObject([
      {
        level: 'error',
        home: 'demo',
        title: 'Home demo does not answer: ECONNREFUSED',
      },
    ]);
    expect(await ofHome(homeAnswers, { version: undefined })).toMatchObject([
      { level: 'warning' },
    ]);
  });

  it('must be the clusters that they were', async () => {
    expect(await ofHome(homeCluster, {})).toEqual([]);
    const [replaced] = await ofHome(homeCluster, {
      cluster: { pinned: 'a', isConfigured: false, replaced: { is: 'b' } },
    });
    expect(replaced.level).toBe('error');
    expect(parseYaml(replaced.snippet!.text)).toEqual({
      gitops: { homes: [{ name: 'demo', clusterUid: 'b' }] },
    });
    const [unseen] = await ofHome(homeCluster, {
      cluster: { pinned: 'a', isConfigured: false, replaced: {} },
    });
    expect(unseen).toMatchObject({ level: 'error' });
    expect(unseen.snippet).toBeUndefined();
    const nothing = { cluster: { isConfigured: false } };
    expect(await ofHome(homeCluster, nothing)).toMatchObject([
      { level: 'warning' },
    ]);
    // Nothing is pruned where nothing is written.
    expect(await ofHome(homeCluster, { ...nothing, mode: 'observe' })).toEqual(
      [],
    );
  });

  it('must have one writer', async () => {
    expect(await ofHome(homeWriter, {})).toMatchObject([{ level: 'ok' }]);
    expect(
      await ofHome(homeWriter, {
        mode: 'observe',
        reason: 'nobody: the claim could not be renewed',
      }),
    ).toMatchObject([
      {
        level: 'error',
        title:
          'Home demo is not claimed by this portal: the claim could not be renewed',
        action: expect.stringContaining('get, create and update the Lease'),
      },
    ]);
    expect(
      await ofHome(homeWriter, {
        mode: 'observe',
        reason: 'nobody: the claim was not renewed in time',
        version: undefined,
      }),
    ).toMatchObject([{ action: expect.stringContaining('once it does') }]);
    expect(
      await ofHome(homeWriter, {
        mode: 'observe',
        reason: 'flux-system/source-controller',
      }),
    ).toMatchObject([{ level: 'warning' }]);
    expect(
      await ofHome(homeWriter, {
        configuredMode: 'observe',
        mode: 'observe',
        reason: 'flux-system/source-controller',
      }),
    ).toEqual([]);
  });

  it('must serve and show the kinds that are reconciled', async () => {
    expect(await ofHome(homeKinds, {})).toMatchObject([{ level: 'ok' }]);
    expect(
      await ofHome(homeKinds, {
        kinds: [
          kind({ served: false, watchedSince: undefined }),
          kind({ kind: 'HelmRelease', reconciled: false, served: false }),
        ],
      }),
    ).toMatchObject([
      { level: 'error', title: 'Home demo does not know Kustomization' },
    ]);
    expect(
      await ofHome(homeKinds, { kinds: [kind({ watchedSince: undefined })] }),
    ).toMatchObject([
      {
        level: 'error',
        title: 'Kustomization of home demo cannot be watched',
      },
    ]);
  });

  it('must not hold what nobody reconciles', async () => {
    const release = (options: Partial<DoctorHomeKind> = {}) => ({
      kinds: [
        kind({
          kind: 'HelmRelease',
          reconciled: false,
          writtenBy: 'nobody',
          objects: 3,
          ...options,
        }),
      ],
    });
    expect(await ofHome(objectsUnreconciled, release())).toMatchObject([
      {
        level: 'warning',
        title: 'Nobody reconciles 3 HelmRelease in home demo',
      },
    ]);
    expect(
      await ofHome(objectsUnreconciled, release({ isAtLeast: true })),
    ).toMatchObject([{ title: expect.stringContaining('3 or more') }]);
    for (const fine of [
      release({ objects: 0 }),
      release({ writtenBy: 'others' }),
      { ...release(), configuredMode: 'observe' as const },
    ]) {
      expect(await ofHome(objectsUnreconciled, fine)).toEqual([]);
    }
  });
});

describe('objects', () => {
  const none = { totalItems: 0, items: [] };
  const objects = {
    totalItems: 4,
    counts: {},
    withoutOwner: none,
    unsupported: none,
  };

  it('must have owners', async () => {
    expect(await ask(objectsOwned, { objects })).toMatchObject([
      { level: 'ok' },
    ]);
    const withoutOwner = { totalItems: 1, items: [] };
    expect(
      await ask(objectsOwned, { objects: { ...objects, withoutOwner } }),
    ).toMatchObject([
      { level: 'warning', title: '1 of 4 objects has no owner' },
    ]);
    expect(
      await ask(objectsOwned, { objects: { ...objects, totalItems: 0 } }),
    ).toEqual([]);
  });

  it('must not ask for what is not there', async () => {
    const unsupported = { totalItems: 2, items: [] };
    expect(
      await ask(objectsUnreconciled, { objects: { ...objects, unsupported } }),
    ).toMatchObject([
      { level: 'warning', title: expect.stringContaining('2 objects ask') },
    ]);
  });
});

describe('the queue', () => {
  const late = (lagSeconds: number, running: number) =>
    queue({
      due: 3,
      lagSeconds,
      kinds: [
        {
          ...figures,
          controller: 'kustomize',
          kind: 'Kustomization',
          lagSeconds,
          running,
        },
      ],
    });

  it.each([
    [0, 'ok'],
    [59, 'ok'],
    [60, 'warning'],
    [299, 'warning'],
    [300, 'error'],
  ])('is %i s late: %s', async (seconds, level) => {
    expect(await ask(queueLag, { queue: late(seconds, 0) })).toMatchObject([
      { level },
    ]);
  });

  it('is late for want of workers, or for another reason', async () => {
    const [full] = await ask(queueLag, { queue: late(600, 8) });
    expect(full.title).toBe(
      'Work is 10 minutes late: 3 objects are due and nobody runs them',
    );
    expect(parseYaml(full.snippet!.text)).toEqual({
      gitops: { engine: { concurrency: { kustomize: 8 } } },
    });
    const [free] = await ask(queueLag, { queue: late(7_300, 7) });
    expect(free.title).toContain('2 hours');
    expect(free.meaning).toContain('are free');
    expect(free.snippet).toBeUndefined();
  });

  it('must not fail', async () => {
    expect(await ask(queueFailing, { queue: queue() })).toMatchObject([
      { level: 'ok' },
    ]);
    const object = {
      home: 'demo',
      kind: 'Kustomization',
      namespace: 'n',
      name: 'a',
    };
    expect(
      await ask(queueFailing, {
        queue: queue({
          failing: {
            totalItems: 2,
            items: [
              { object, failures: 1, lost: 0 },
              { object, failures: 0, lost: 3 },
            ],
          },
        }),
      }),
    ).toMatchObject([
      { level: 'error', title: expect.stringContaining('never ends') },
      { level: 'warning', title: 'The last run of 2 objects failed' },
    ]);
  });
});

describe('what is registered', () => {
  const registrations = (
    options: Partial<DoctorRegistrations> = {},
  ): DoctorRegistrations => ({
    totalItems: 3,
    counts: { Applied: 3 },
    lists: [],
    rejectedFiles: { totalItems: 0, items: [] },
    ...options,
  });

  it.each([
    ['registrations.files', 'warning'],
    ['registrations.stale', 'warning'],
    ['registrations.refused', 'warning'],
    ['registrations.failed', 'error'],
    ['registrations.pending', 'warning'],
    ['registrations.orphaned', 'warning'],
  ])('%s', async (id, level) => {
    const check = registrationStates.find(known => known.id === id)!;
    expect(await ask(check, { registrations: registrations() })).toMatchObject([
      { level: 'ok' },
    ]);
    for (const number of [1, 2]) {
      const some = registrations({
        counts: {
          Rejected: number,
          Failed: number,
          ManifestStale: number,
          PendingApproval: number,
          Orphaned: number,
        },
        rejectedFiles: { totalItems: number, items: [] },
      });
      expect(await ask(check, { registrations: some })).toMatchObject([
        { level, title: expect.stringContaining(String(number)) },
      ]);
    }
  });

  it('is known as long as the catalog answers', async () => {
    const MINUTE = 60_000;
    const at = (now: number, answeredAt?: number) =>
      ask(catalogAnswers({ startedAt: 0, now: () => now * MINUTE }), {
        registrations: registrations(
          answeredAt === undefined
            ? {}
            : {
                catalogAnsweredAt: new Date(answeredAt * MINUTE).toISOString(),
              },
        ),
      });
    expect(await at(1)).toMatchObject([{ level: 'unknown' }]);
    expect(await at(60, 59)).toMatchObject([{ level: 'ok' }]);
    expect(await at(60, 55)).toMatchObject([
      { level: 'error', title: 'The catalog has not answered for 5 minutes' },
    ]);
    expect(await at(3)).toMatchObject([{ level: 'error' }]);
  });
});
