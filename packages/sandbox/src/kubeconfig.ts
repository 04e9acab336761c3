import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import type { Certificates } from './tls/certificates';

/** A kubeconfig for the admin: client certificate in one context, bearer token in another. */
export function createKubeconfig({
  url,
  certificates,
  token,
}: {
  url: string;
  certificates: Certificates;
  token: string;
}): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const context = (name: string, user: string) => ({
    name,
    context: { cluster: 'sandbox', user },
  });
  return stringifyYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'sandbox',
        cluster: {
          server: url,
          'certificate-authority-data': base64(certificates.ca.certificate),
        },
      },
    ],
    contexts: [context('sandbox', 'admin'), context('sandbox-token', 'token')],
    'current-context': 'sandbox',
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': base64(certificates.admin.certificate),
          'client-key-data': base64(certificates.admin.privateKey),
        },
      },
      { name: 'token', user: { token } },
    ],
  });
}
