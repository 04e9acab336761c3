import { startRegistry } from '@backstage-gitops/sandbox';
import {
  ACCOUNT,
  hasDockerRegistry,
  startDockerRegistry,
} from './startDockerRegistry';

/** A registry of whatever making; anonymous, or wanting an account. */
export interface RegistryTestServer {
  url: string;
  address: string;
  stop(): Promise<void>;
}

type Start = (options?: { basicAuth?: boolean }) => Promise<RegistryTestServer>;

const sandbox: Start = async ({ basicAuth } = {}) => {
  const registry = await startRegistry({
    authentication: basicAuth ? 'basic' : 'none',
  });
  registry.addAccount(ACCOUNT);
  return registry;
};

/** Servers for `describe.each`; Debian's only where it is installed. */
export const registryTestServers: [string, Start][] = [
  ['the registry of the sandbox', sandbox],
  ...(hasDockerRegistry
    ? [["Debian's docker-registry", startDockerRegistry] as [string, Start]]
    : []),
];
