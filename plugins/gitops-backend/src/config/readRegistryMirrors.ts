import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { RegistryMirror } from '../registries/mirrors';

/**
 * Reads `gitops.registries.mirrors`.
 *
 * @throws InputError that names the key
 */
export function readRegistryMirrors(
  config: Config | undefined,
): RegistryMirror[] {
  return (config?.getOptionalConfigArray('registries.mirrors') ?? []).map(
    (mirror, index) => {
      const where = `gitops.registries.mirrors[${index}]`;
      const registry = mirror.getString('registry');
      const url = mirror.getString('url');
      if (!/^[a-zA-Z0-9._-]+(:[0-9]+)?$/.test(registry)) {
        throw new InputError(
          `${where}.registry must be a host such as docker.io, not '${registry}'`,
        );
      }
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      if (
        !parsed ||
        !/^https?:$/.test(parsed.protocol) ||
        parsed.username ||
        parsed.search ||
        parsed.hash
      ) {
        throw new InputError(
          `${where}.url must look like https://host:port/path, without a user or a query`,
        );
      }
      return { registry, url };
    },
  );
}
