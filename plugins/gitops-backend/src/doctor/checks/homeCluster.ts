import { DoctorHome } from '@backstage-gitops/plugin-gitops-common';
import { DoctorCheck, Finding } from '../DoctorCheck';

/** A home must be the cluster that it was; else nothing is pruned there. */
export const homeCluster: DoctorCheck = {
  id: 'home.cluster',
  run: async ({ homes = [] }) => homes.flatMap(findingOf),
};

function findingOf(home: DoctorHome): Finding[] {
  const { name, cluster, connected, mode } = home;
  const { pinned, replaced } = cluster;
  const about = { home: name, section: 'homes' as const };
  if (replaced) {
    const { is } = replaced;
    return [
      {
        ...about,
        level: 'error',
        title: is
          ? `Home ${name} is another cluster than it was`
          : `Whether home ${name} is the cluster that it was cannot be seen`,
        meaning: `Nothing is pruned there. Its namespace kube-system ${
          is ? `has the UID ${is} and had ${pinned}` : `had the UID ${pinned}`
        }.`,
        action: is
          ? 'If it was replaced on purpose, say so in app-config and restart the backend; else correct the address of the home.'
          : 'Let the credential of the portal get the namespace kube-system.',
        ...(is && {
          snippet: {
            file: 'app-config.yaml',
            text: `gitops:\n  homes:\n    - name: ${name}\n      clusterUid: ${is}`,
          },
        }),
      },
    ];
  }
  if (connected && mode !== 'observe' && pinned === undefined) {
    return [
      {
        ...about,
        level: 'warning',
        title: `Which cluster home ${name} is cannot be seen`,
        meaning:
          'If another cluster answers at its address one day, nobody notices, and prunes happen there.',
        action:
          'Let the credential of the portal get the namespace kube-system.',
      },
    ];
  }
  return [];
}
