import { DoctorHome } from '@backstage-gitops/plugin-gitops-common';
import { DoctorCheck, Finding } from '../DoctorCheck';

/** Where the portal shall reconcile, it must be the one that does. */
export const homeWriter: DoctorCheck = {
  id: 'home.writer',
  run: async ({ homes = [] }) =>
    homes
      .filter(({ configuredMode }) => configuredMode === 'reconcile')
      .flatMap(findingOf),
};

const NOBODY = 'nobody: ';

function findingOf(home: DoctorHome): Finding[] {
  const { name, connected, reason, mode, version } = home;
  const about = { home: name, section: 'homes' as const };
  if (reason?.startsWith(NOBODY)) {
    return connected
      ? [
          {
            ...about,
            level: 'error',
            title: `Home ${name} is not claimed by this portal: ${reason.slice(NOBODY.length)}`,
            meaning:
              'Nothing is reconciled there: a portal writes to a home only while it holds its Lease.',
            action:
              version === undefined
                ? 'The home does not answer just now; the claim is renewed by itself once it does.'
                : 'If it stays for more than a minute, let the credential of the portal get, create and update the Lease backstage-gitops (coordination.k8s.io) there.',
          },
        ]
      : [];
  }
  if (reason !== undefined) {
    return [
      {
        ...about,
        level: 'warning',
        title: `Home ${name} is reconciled by others: ${reason}`,
        meaning:
          mode === 'observe'
            ? 'The portal only observes it, although its mode is reconcile: two writers would fight.'
            : 'The portal only observes what they reconcile: two writers would fight.',
        action:
          'Stop the others, and the portal takes over by itself; or set the mode of the home to observe in app-config.',
      },
    ];
  }
  return mode === 'reconcile'
    ? [
        {
          ...about,
          level: 'ok',
          title: `Home ${name} is reconciled by this portal alone`,
        },
      ]
    : [];
}
