import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createClusterClient } from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitopsObject,
  kustomizationKind,
  statusOf,
} from '@backstage-gitops/plugin-gitops-common';
import { Sandbox } from '@backstage-gitops/sandbox';
import { KubeConfig } from '@kubernetes/client-node';

const REPOSITORY = 'demo/game';
/** Also in the registry, where its first tag is the one in Git. */
const IMAGE = { repository: 'demo/game', tag: 'v1' };
/** What the demo is about; Ready once all of it works. */
const DELIVERY = {
  apiVersion: kustomizationKind.apiVersion,
  kind: kustomizationKind.kind,
  name: 'game-app',
};
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

/** Applies what is registered and what it delivers, in its own namespace. */
const ACCOUNT = 'gitops-demo';
const NAMESPACE = 'default';

const access: KubernetesObject[] = [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: ACCOUNT, namespace: NAMESPACE },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: ACCOUNT, namespace: NAMESPACE },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: ACCOUNT, namespace: NAMESPACE },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Role',
      name: ACCOUNT,
    },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE }],
  },
];

/**
 * Fills a new sandbox with the demo: the repository, the image, and the
 * ServiceAccount that delivers it. The GitOps objects under `gitops/` come by their registration in
 * the catalog. What is there already stays.
 */
export async function fillWithDemo(sandbox: Sandbox): Promise<void> {
  const files = filesBelow(FILES);
  for (const [name, text] of Object.entries(files)) {
    files[name] = text
      .replaceAll('http://127.0.0.1:8418', sandbox.git.url)
      .replaceAll('127.0.0.1:8419', sandbox.registry.address);
  }
  const exists = sandbox.git
    .repositories()
    .some(({ name }) => name === REPOSITORY);
  if (!exists) {
    await sandbox.git.createRepository(REPOSITORY, files, {
      message: 'Deliver the game',
    });
  }

  const { registry } = sandbox;
  if (!registry.tags(IMAGE.repository).includes(IMAGE.tag)) {
    await registry.push(
      IMAGE.repository,
      {
        layers: [
          {
            mediaType: 'application/vnd.oci.image.layer.v1.tar',
            content: Buffer.from('a game'),
          },
        ],
      },
      IMAGE.tag,
    );
  }

  const client = connect(sandbox);
  try {
    for (const object of access) {
      await client.apply(object, { fieldManager: MANAGER, force: true });
    }
  } finally {
    await client.close();
  }
}

/** Resolves once the portal has delivered the demo, or the signal fires. */
export async function demoIsDelivered(
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<void> {
  const client = connect(sandbox);
  try {
    while (!signal.aborted) {
      // The kind is not even known before the portal has installed it.
      const object = await client
        .get<GitopsObject>({ ...DELIVERY, namespace: NAMESPACE })
        .catch(() => undefined);
      if (object && statusOf(object).word === 'Ready') {
        return;
      }
      await new Promise(resolve => setTimeout(resolve, 300));
    }
  } finally {
    await client.close();
  }
}

function connect(sandbox: Sandbox) {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(sandbox.kubernetes.kubeconfig);
  return createClusterClient({ kubeConfig });
}
