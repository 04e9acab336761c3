import { DoctorHome } from '@backstage-gitops/plugin-gitops-common';
import { DoctorCheck, Finding } from '../DoctorCheck';

/** Each home must answer, and its objects must be watched. */
export const homeAnswers: DoctorCheck = {
  id: 'home.answers',
  run: async ({ homes = [] }) => homes.map(findingOf),
};

function findingOf(home: DoctorHome): Finding {
  const { name, connected, error, version } = home;
  const about = { home: name, section: 'homes' as const };
  if (!connected) {
    return {
      ...about,
      level: 'error',
      title: `Home ${name} does not answer${error ? `: ${error}` : ''}`,
      meaning:
        'Its objects are shown as they were seen last, and nothing is reconciled there. What runs in the cluster goes on as it is.',
      action:
        'Look at the address and the credential of the home under gitops.homes in app-config, and whether its API server can be reached from the backend. It is tried again by itself.',
    };
  }
  if (version === undefined) {
    return {
      ...about,
      level: 'warning',
      title: `Home ${name} did not answer a question just now, although its objects are watched`,
      meaning:
        'It is slow, or has just stopped to answer; what this report says of it may be incomplete.',
      action: 'Reload the report.',
    };
  }
  return { ...about, level: 'ok', title: `Home ${name} answers (${version})` };
}
