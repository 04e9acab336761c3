import { DoctorCheck } from '../DoctorCheck';

const SNIPPET = `gitops:
  homes:
    - name: production
      mode: observe # reads and shows; reconcile, to deliver
      kubeconfig: { path: /etc/portal/production.kubeconfig }`;

/** There must be a cluster that holds the objects. */
export const homesConfigured: DoctorCheck = {
  id: 'homes.configured',
  run: async ({ homes }) =>
    homes?.length === 0
      ? [
          {
            level: 'error',
            title: 'No home cluster is configured',
            meaning:
              'GitOps objects live in a home cluster; without one nothing is shown and nothing is delivered.',
            action: 'Add a home to app-config and restart the backend.',
            snippet: { file: 'app-config.yaml', text: SNIPPET },
          },
        ]
      : [],
};
