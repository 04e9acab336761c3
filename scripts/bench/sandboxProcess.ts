import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startKubernetesApi } from '@backstage-gitops/sandbox';

/**
 * The Kubernetes API of the sandbox in a process of its own, so that what it
 * needs is not counted as ours. Sends its kubeconfig; ends with its parent.
 */
async function main() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bench-sandbox-'));
  const api = await startKubernetesApi({ dataDir });
  process.once('disconnect', async () => {
    await api.stop();
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  });
  process.send?.({ kubeconfig: api.kubeconfig });
}

main().catch(error => {
  process.send?.({ error: String(error) });
  process.exit(1);
});
