import { RegistryCredential } from '@backstage-gitops/plugin-gitops-node';
import { compileGoGlob } from '../artifacts/goGlob';
import { canonicalRegistry, RegistryRepository } from './reference';

/** Who one is to which registry. */
export interface Keychain {
  /** @returns undefined to be nobody */
  resolve(
    repository: RegistryRepository,
  ): Promise<RegistryCredential | undefined>;
}

/** Is nobody, everywhere. */
export const anonymous: Keychain = { resolve: async () => undefined };

/** One entry of a Docker configuration. */
export interface DockerAuth {
  /** Host, maybe with a path, as the configuration has it. */
  address: string;
  /** Undefined where the entry says nothing. */
  credential: RegistryCredential | undefined;
}

interface Entry {
  key: string;
  host: readonly (RegExp | undefined)[];
  port: string;
  path: string;
  credential: RegistryCredential | undefined;
}

/**
 * Chooses among entries of Docker configurations as Kubernetes does for image
 * pull secrets (credentialprovider of Kubernetes, as go-containerregistry took it
 * over): parts of the host may be patterns, ports must be equal, the path must be
 * how the repository begins; longer keys come first, and of equal keys the one
 * that was given first.
 */
export class DockerConfigKeychain implements Keychain {
  private readonly entries: readonly Entry[];

  constructor(auths: readonly DockerAuth[]) {
    this.entries = auths
      .map(readEntry)
      .filter(entry => entry !== undefined)
      .sort((a, b) => Buffer.compare(Buffer.from(b.key), Buffer.from(a.key)));
  }

  async resolve(
    repository: RegistryRepository,
  ): Promise<RegistryCredential | undefined> {
    const { host, port } = splitHost(repository.registry);
    const labels = host.split('.');
    const path = `/${repository.name}`;
    return this.entries.find(
      entry =>
        entry.port === port &&
        entry.host.length === labels.length &&
        path.startsWith(entry.path) &&
        entry.host.every((part, index) => part?.test(labels[index])),
    )?.credential;
  }
}

function readEntry({ address, credential }: DockerAuth): Entry | undefined {
  const [authority, ...rest] = address.replace(/^https?:\/\//, '').split('/');
  if (!authority || /[?#@]/.test(address)) {
    return undefined;
  }
  // `https://index.docker.io/v1/` stands for the host.
  const path = `/${rest.join('/')}`.replace(/^\/v[12]\//, '/');
  const registry = canonicalRegistry(authority);
  const { host, port } = splitHost(registry);
  const entry = {
    key: path === '/' ? registry : `${registry}${path}`,
    host: host.split('.').map(compileGoGlob),
    port,
    path: path === '/' ? '' : path,
    credential,
  };
  return entry;
}

function splitHost(authority: string): { host: string; port: string } {
  const match = /^(.*):([0-9]+)$/.exec(authority);
  return match
    ? { host: match[1], port: match[2] }
    : { host: authority, port: '' };
}
