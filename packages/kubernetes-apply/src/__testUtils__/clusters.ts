import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKubernetesApi } from '@backstage-gitops/sandbox';
import type { ClusterClient } from '../client/ClusterClient';
import { createClusterClient } from '../client/createClusterClient';
import { loadKubeConfig } from '../kubeconfig/loadKubeConfig';
import { startApiServer } from './apiServer';

/** A cluster that the table of cases runs against. */
export interface TestCluster {
  name: string;
  start(): Promise<{ client: ClusterClient; stop(): Promise<void> }>;
}

const sandbox: TestCluster = {
  name: 'sandbox',
  async start() {
    const dataDir = mkdtempSync(join(tmpdir(), 'kubernetes-apply-'));
    const api = await startKubernetesApi({ dataDir });
    const client = createClusterClient({
      kubeConfig: await loadKubeConfig(api.kubeconfig),
    });
    return {
      client,
      async stop() {
        await client.close();
        await api.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  },
};

/**
 * The clusters at hand: the sandbox, and real API servers: the one whose
 * kubeconfig `GITOPS_TEST_KUBECONFIG` names, and one started from the programs
 * in the folder `KUBEBUILDER_ASSETS`. Where they differ, the sandbox is wrong.
 */
export function testClusters(): TestCluster[] {
  const path = process.env.GITOPS_TEST_KUBECONFIG;
  const assets = process.env.KUBEBUILDER_ASSETS;
  return [
    sandbox,
    ...(path ? [runningCluster(path)] : []),
    ...(assets ? [startedCluster(assets)] : []),
  ];
}

function runningCluster(path: string): TestCluster {
  return {
    name: 'API server of GITOPS_TEST_KUBECONFIG',
    async start() {
      const client = await clientOf(readFileSync(path, 'utf8'));
      return { client, stop: () => client.close() };
    },
  };
}

function startedCluster(assets: string): TestCluster {
  return {
    name: 'API server of KUBEBUILDER_ASSETS',
    async start() {
      const api = await startApiServer(assets);
      const client = await clientOf(api.kubeconfig);
      return {
        client,
        async stop() {
          await client.close();
          await api.stop();
        },
      };
    },
  };
}

async function clientOf(kubeconfig: string): Promise<ClusterClient> {
  const kubeConfig = await loadKubeConfig(kubeconfig, {
    allowFiles: true,
    allowInsecure: true,
    allowProxy: true,
  });
  return createClusterClient({ kubeConfig });
}
