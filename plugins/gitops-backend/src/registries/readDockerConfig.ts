import { CustomErrorBase } from '@backstage/errors';
import { RegistryCredential } from '@backstage-gitops/plugin-gitops-node';
import { DockerAuth } from './Keychain';

/** A Docker configuration that cannot be read; says nothing of what it holds. */
export class DockerConfigError extends CustomErrorBase {
  readonly name = 'DockerConfigError';
  readonly code = 'GITOPS_DOCKER_CONFIG';

  constructor(where: string, problem: string) {
    super(`${where} holds no usable registry credentials: ${problem}`);
  }
}

/** Bytes of a Secret, and more than anybody has registries. */
const MOST_ENTRIES = 1_000;

/**
 * Reads the Secret of a registry: `.dockerconfigjson`, or the older `.dockercfg`,
 * which lacks the outer level. Of each entry counts `registrytoken`, then
 * `identitytoken`, then `auth` (base64 of `user:password`), then `username` and
 * `password`.
 *
 * @param where - names the Secret
 * @throws DockerConfigError
 */
export function readDockerConfig(
  data: Readonly<Record<string, Buffer | undefined>>,
  where: string,
): DockerAuth[] {
  const json = data['.dockerconfigjson'];
  const cfg = data['.dockercfg'];
  if (!json?.length && !cfg?.length) {
    throw new DockerConfigError(
      where,
      "it has no key '.dockerconfigjson'; make it with type kubernetes.io/dockerconfigjson",
    );
  }
  const auths = json?.length
    ? objectOf(parse(json, where)?.auths)
    : parse(cfg!, where);
  if (!auths) {
    throw new DockerConfigError(where, "it has no 'auths'");
  }
  const entries = Object.entries(auths);
  if (entries.length > MOST_ENTRIES) {
    throw new DockerConfigError(
      where,
      `it has more than ${MOST_ENTRIES} registries`,
    );
  }
  return entries.map(([address, entry]) => ({
    address,
    credential: readAuth(objectOf(entry) ?? {}, address, where),
  }));
}

function parse(bytes: Buffer, where: string) {
  try {
    return objectOf(JSON.parse(bytes.toString('utf8')));
  } catch {
    // What the parser says quotes what it read.
    throw new DockerConfigError(where, 'it is no JSON');
  }
}

function readAuth(
  entry: Record<string, unknown>,
  address: string,
  where: string,
): RegistryCredential | undefined {
  const text = (field: string): string | undefined => {
    const value = entry[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const registryToken = text('registrytoken');
  if (registryToken) {
    return { registryToken };
  }
  const identityToken = text('identitytoken');
  if (identityToken) {
    return { identityToken };
  }
  const auth = text('auth');
  if (auth) {
    const pair = Buffer.from(auth, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    if (colon < 0) {
      throw new DockerConfigError(
        where,
        `'auth' of '${address.slice(0, 200)}' is not the base64 of user:password`,
      );
    }
    return {
      username: pair.slice(0, colon),
      // Some tools pad with zeros.
      password: pair.slice(colon + 1).replace(/\0+$/, ''),
    };
  }
  const username = text('username');
  return username ? { username, password: text('password') ?? '' } : undefined;
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return value && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
