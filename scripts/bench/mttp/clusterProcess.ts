import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startKubernetesApi } from '@backstage-gitops/sandbox';

/**
 * The Kubernetes API of the sandbox in a process of its own. Sends its kubeconfig,
 * and what CPU it has used whenever it is asked; ends with its parent.
 */
async function main() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gitops-bench-mttp-api-'));
  const api = await startKubernetesApi({ dataDir, historyLimit: 20_000 });
  process.on('message', ({ ask }: { ask?: string }) => {
    if (ask === 'cpu') {
      const { user, system } = process.cpuUsage();
      process.send?.({ cpuMs: (user + system) / 1_000 });
    }
  });
  process.once('disconnect', async () => {
    await api.stop();
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  });
  process.send?.({ kubeconfigPath: api.kubeconfigPath });
}

main().catch(error => {
  process.send?.({ error: String(error) });
  process.exit(1);
});
