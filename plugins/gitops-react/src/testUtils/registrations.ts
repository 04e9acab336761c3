import type { RegistrationRow } from '@backstage-gitops/plugin-gitops-common';

/**
 * A registered Kustomization that waits for approval, where nothing else is
 * said.
 *
 * @public
 */
export function registrationRow(
  options: Partial<RegistrationRow> = {},
): RegistrationRow {
  return {
    entityRef: 'kustomization:default/game-app',
    home: 'demo',
    object: { kind: 'Kustomization', namespace: 'default', name: 'game-app' },
    location: 'url:https://git.example/team/game/blob/main/gitops/app.yaml',
    document: '0',
    state: 'PendingApproval',
    code: 'NoClaim',
    message: 'no claim is about this file',
    hint: 'Ask an administrator to add a claim.',
    warnings: [],
    since: '2026-11-22T12:00:00Z',
    failures: 0,
    nextTryAt: '2026-11-22T12:10:00Z',
    ...options,
  };
}
