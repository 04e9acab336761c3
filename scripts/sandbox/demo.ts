import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createClusterClient } from '@backstage-gitops/kubernetes-apply';
import { parseManifests } from '@backstage-gitops/kubernetes-yaml';
import {
  convert,
  crdOf,
  gitopsKinds,
} from '@backstage-gitops/plugin-gitops-common';
import { Sandbox } from '@backstage-gitops/sandbox';
import { KubeConfig } from '@kubernetes/client-node';

const REPOSITORY = 'demo/game';
const FILES = path.resolve(__dirname, '../../packages/sandbox/demo/game');
const MANAGER = 'backstage-gitops-demo';

function filesBelow(directory: string, prefix = ''): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(path.join(directory, prefix), {
    withFileTypes: true,
  })) {
    const name = path.posix.join(prefix, entry.name);
    if (entry.isDirectory()) {
      Object.assign(files, filesBelow(directory, name));
    } else {
      files[name] = readFileSync(path.join(directory, name), 'utf8');
    }
  }
  return files;
}

/**
 * Fills a new sandbox with the demo: the repository, the CRDs of the GitOps
 * kinds, and the objects under `gitops/`. What is there already stays.
 */
export async function fillWithDemo(sandbox: Sandbox): Promise<void> {
  const files = filesBelow(FILES);
  for (const [name, text] of Object.entries(files)) {
    files[name] = text.replaceAll('http://127.0.0.1:8418', sandbox.git.url);
  }
  const exists = sandbox.git
    .repositories()
    .some(({ name }) => name === REPOSITORY);
  if (!exists) {
    await sandbox.git.createRepository(REPOSITORY, files, {
      message: 'Deliver the game',
    });
  }

  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(sandbox.kubernetes.kubeconfig);
  const client = createClusterClient({ kubeConfig });
  try {
    for (const kind of gitopsKinds) {
      const crd = crdOf(kind);
      if (!(await client.get({ ...crd, name: crd.metadata.name }))) {
        await client.apply(crd, { fieldManager: MANAGER, force: true });
      }
    }
    for (const [name, text] of Object.entries(files)) {
      if (name.startsWith('gitops/')) {
        for (const manifest of parseManifests(text, { file: name })) {
          const { object } = convert(manifest);
          object.metadata.namespace ??= 'default';
          await client.apply(object, { fieldManager: MANAGER, force: true });
        }
      }
    }
  } finally {
    await client.close();
  }
}
