import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { SourceHome } from '@backstage-gitops/plugin-gitops-node';
import { NotFoundError } from '@backstage/errors';
import { readSecret } from '../controllers/source/secrets/readSecret';
import { failingAs } from '../util/failingAs';
import { DockerAuth } from './Keychain';
import { readDockerConfig } from './readDockerConfig';

interface ServiceAccount extends KubernetesObject {
  imagePullSecrets?: { name?: unknown }[];
}

/**
 * The credentials of `spec.secretRef`, then those of the pull secrets of
 * `spec.serviceAccountName`; undefined where both name none.
 *
 * @throws where one of them is not there, or no registry Secret
 */
export async function readPullSecrets(
  home: SourceHome,
  namespace: string,
  spec: { secretRef?: { name: string }; serviceAccountName?: string },
): Promise<DockerAuth[] | undefined> {
  const { secretRef, serviceAccountName } = spec;
  const auths: DockerAuth[] = [];
  if (secretRef) {
    const secret = await failingAs(
      `failed to get secret '${namespace}/${secretRef.name}'`,
      () => readSecret(home, namespace, secretRef.name),
    );
    auths.push(...readDockerConfig(secret.data, `secret '${secret.name}'`));
  }
  const names = serviceAccountName
    ? await pullSecretsOf(home, namespace, serviceAccountName)
    : [];
  for (const name of names) {
    const secret = await failingAs(
      `failed to get image pull secret for serviceaccount '${namespace}/${serviceAccountName}'`,
      () => readSecret(home, namespace, name),
    );
    auths.push(...readDockerConfig(secret.data, `secret '${secret.name}'`));
  }
  return secretRef || names.length > 0 ? auths : undefined;
}

async function pullSecretsOf(
  home: SourceHome,
  namespace: string,
  name: string,
): Promise<string[]> {
  const account = await home.get<ServiceAccount>({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    name,
  });
  if (!account) {
    throw new NotFoundError(`serviceaccount '${namespace}/${name}' not found`);
  }
  return (account.imagePullSecrets ?? [])
    .map(secret => secret.name)
    .filter(secret => typeof secret === 'string' && secret !== '') as string[];
}
