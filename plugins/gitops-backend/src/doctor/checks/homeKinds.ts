import { DoctorHome } from '@backstage-gitops/plugin-gitops-common';
import { DoctorCheck, Finding } from '../DoctorCheck';

/** The kinds that are reconciled must be served and watched. */
export const homeKinds: DoctorCheck = {
  id: 'home.kinds',
  run: async ({ homes = [] }) => homes.flatMap(findingsOf),
};

function findingsOf(home: DoctorHome): Finding[] {
  const { name, kinds, connected } = home;
  const about = { home: name, section: 'homes' as const };
  const ours = kinds.filter(({ reconciled }) => reconciled);
  const missing = ours.filter(({ served }) => served === false);
  const unwatched = ours.filter(
    ({ served, watchedSince }) => served && watchedSince === undefined,
  );
  const findings: Finding[] = [];
  if (missing.length > 0) {
    findings.push({
      ...about,
      level: 'error',
      title: `Home ${name} does not know ${list(missing)}`,
      meaning:
        'Objects of these kinds cannot be made there, and the watches cannot begin.',
      action:
        home.configuredMode === 'reconcile'
          ? 'The portal installs missing CRDs unless installCrds of the home is false; let its credential get, create and patch customresourcedefinitions, or apply the CRDs in plugin-gitops-common/crds.'
          : 'Apply the CRDs in plugin-gitops-common/crds, or those of Flux.',
      snippet: {
        file: 'shell',
        text: 'kubectl apply -f node_modules/@backstage-gitops/plugin-gitops-common/crds/',
      },
    });
  }
  if (connected && unwatched.length > 0) {
    findings.push({
      ...about,
      level: 'error',
      title: `${list(unwatched)} of home ${name} cannot be watched`,
      meaning: 'What changes there is not seen.',
      action:
        'Let the credential of the portal get, list and watch them; the log of the backend says what the home answers.',
    });
  }
  if (missing.length === 0 && unwatched.length === 0 && connected) {
    findings.push({
      ...about,
      level: 'ok',
      title: `Home ${name} serves ${list(ours)}, and they are watched`,
    });
  }
  return findings;
}

function list(kinds: readonly { kind: string }[]): string {
  return kinds.map(({ kind }) => kind).join(', ');
}
