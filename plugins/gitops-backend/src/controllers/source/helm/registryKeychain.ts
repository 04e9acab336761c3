import { SecretData } from '@backstage-gitops/plugin-gitops-node';
import { DockerConfigKeychain, Keychain } from '../../../registries/Keychain';
import { readDockerConfig } from '../../../registries/readDockerConfig';
import { RegistryRepository } from '../../../registries/reference';

/**
 * Who one is to the registry of a HelmRepository (Flux 2.9): as the Docker
 * configuration of its Secret says, or as `username` and `password`; nobody to any
 * other registry.
 *
 * @throws DockerConfigError, and Error where the Secret has nothing for this registry
 */
export async function registryKeychain(
  { name, data }: SecretData,
  repository: RegistryRepository,
): Promise<Keychain> {
  const { registry } = repository;
  if (data['.dockerconfigjson'] || data['.dockercfg']) {
    const keychain = new DockerConfigKeychain(
      readDockerConfig(data, `secret '${name}'`),
    );
    if (!(await keychain.resolve(repository))) {
      throw new Error(
        `no auth config for '${registry}' in the docker-registry Secret '${name}'`,
      );
    }
    return keychain;
  }
  const username = data.username?.toString('utf8') ?? '';
  const password = data.password?.toString('utf8') ?? '';
  if ((username === '') !== (password === '')) {
    throw new Error(
      `invalid '${name}' secret data: required fields 'username' and 'password'`,
    );
  }
  return {
    resolve: async asked =>
      username !== '' && asked.registry === registry
        ? { username, password }
        : undefined,
  };
}
