import type { DoctorReport } from '@backstage-gitops/plugin-gitops-common';

/**
 * A report of the doctor in which all is well.
 *
 * @public
 */
export function doctorReport(
  options: Partial<DoctorReport> = {},
): DoctorReport {
  return {
    at: '2026-11-22T12:00:00.000Z',
    version: '0.1.0',
    process: 'portal-1',
    level: 'ok',
    counts: { error: 0, warning: 0, unknown: 0, ok: 1 },
    findings: [
      {
        check: 'host.database',
        level: 'ok',
        title: 'The plugin database is PostgreSQL',
      },
    ],
    homes: [
      {
        name: 'production',
        server: 'https://production.example',
        configuredMode: 'reconcile',
        mode: 'reconcile',
        connected: true,
        since: '2026-11-22T08:00:00.000Z',
        version: 'v1.34.1',
        cluster: { pinned: 'b5a9', isConfigured: false },
        lease: {
          namespace: 'default',
          name: 'backstage-gitops',
          isHeld: true,
          holder: 'https://portal.example/api/gitops',
          renewedAt: '2026-11-22T11:59:55.000Z',
        },
        defaultIdentity: { type: 'serviceAccount', name: 'deployer' },
        kinds: [
          {
            kind: 'Kustomization',
            apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
            served: true,
            reconciled: true,
            writtenBy: 'portal',
            objects: 1,
            watchedSince: '2026-11-22T08:00:00.000Z',
          },
        ],
        claims: [
          {
            location: { host: 'git.example', repository: 'games/game' },
            home: 'production',
            namespaces: ['game'],
            serviceAccount: 'deployer',
            registrations: 1,
          },
        ],
      },
    ],
    registrations: {
      totalItems: 1,
      counts: { Applied: 1 },
      lists: [],
      rejectedFiles: { totalItems: 0, items: [] },
      catalogAnsweredAt: '2026-11-22T11:59:58.000Z',
    },
    objects: {
      totalItems: 1,
      counts: { Ready: 1 },
      withoutOwner: { totalItems: 0, items: [] },
      unsupported: { totalItems: 0, items: [] },
    },
    queue: {
      total: 1,
      due: 0,
      running: 0,
      lost: 0,
      retrying: 0,
      waiting: 0,
      scheduled: 1,
      asleep: 0,
      lagSeconds: 0,
      kinds: [
        {
          controller: 'kustomize',
          kind: 'Kustomization',
          total: 1,
          due: 0,
          running: 0,
          lost: 0,
          retrying: 0,
          waiting: 0,
          scheduled: 1,
          asleep: 0,
          lagSeconds: 0,
          lastClaimAt: '2026-11-22T11:55:00.000Z',
        },
      ],
      workers: { source: 4, kustomize: 4 },
      processes: 1,
      lastClaimAt: '2026-11-22T11:55:00.000Z',
      failing: { totalItems: 0, items: [] },
      abandoned: 0,
    },
    ...options,
  };
}
