import { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import { Home, HomeOptions } from '../../homes/Home';

/** A home that answers as a test says, and refuses everything else. */
export function homeOf(
  options: Pick<HomeOptions, 'name' | 'mode'> & Partial<HomeOptions>,
  answers: Partial<ClusterClient> = {},
): Home {
  const refuse = async () => {
    throw new Error('the test gives no answer to this');
  };
  const client: ClusterClient = {
    server: 'https://bob:hunter2@home.example',
    as: () => client,
    onBehalfOf: () => client,
    guardedBy: () => client,
    resourceOf: refuse,
    versionsOf: refuse,
    get: refuse,
    list: refuse,
    watch: refuse,
    create: refuse,
    replace: refuse,
    apply: refuse,
    patch: refuse,
    delete: refuse,
    raw: refuse,
    close: async () => {},
    ...answers,
  };
  return new Home({ allowPortalCredential: false, client, ...options });
}
