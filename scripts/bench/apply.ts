import { ChildProcess, fork } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyObjects,
  ChangeSet,
  ClusterClient,
  createClusterClient,
  inventoryOf,
  loadKubeConfig,
  prune,
  refOf,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { measure } from './measure';

const OWNER = {
  'kustomize.toolkit.fluxcd.io/name': 'bench',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
};

/**
 * A delivery of 100, 1,000 and 10,000 objects: made, checked without a change,
 * with one change, and pruned. `requests` are what went over the wire, tries
 * and lists included; `requestsPerObject` has a bar of 1.2 for the first two.
 */
export async function benchApply(): Promise<void> {
  await onSandbox(kubeconfig => benchCluster('apply', kubeconfig));
  const real = process.env.GITOPS_TEST_KUBECONFIG;
  if (real) await benchCluster('apply.server', readFileSync(real, 'utf8'));
}

async function benchCluster(name: string, kubeconfig: string): Promise<void> {
  const kubeConfig = await loadKubeConfig(kubeconfig, {
    allowFiles: true,
    allowInsecure: true,
    allowProxy: true,
  });
  const client = createClusterClient({ kubeConfig });
  try {
    await run(client, delivery('warm', 20));
    for (const n of [100, 1_000, 10_000]) {
      await benchSize(name, client, n);
    }
  } finally {
    await client.close();
  }
}

async function benchSize(
  name: string,
  client: ClusterClient,
  n: number,
): Promise<void> {
  const prefix = `bench-${process.pid}-${n}`;
  const namespaces = [0, 1, 2, 3, 4].map(i => namespace(`${prefix}-${i}`));
  for (const object of namespaces) await client.create(object);
  const line = (what: string, work: () => Promise<ChangeSet>) =>
    measure(`${name}.${what}`, n, async () => {
      const count = countRequests();
      const { entries } = await work();
      const requests = count();
      const written = entries.filter(e => e.action !== 'unchanged').length;
      return { requests, requestsPerObject: round(requests / n), written };
    });
  const objects = delivery(prefix, n);
  let applied: ChangeSet = { entries: [] };
  await line('first', async () => {
    applied = await run(client, objects);
    return applied;
  });
  // The cluster's controllers write to what is new; that is no cost of ours.
  await untilQuiet(client);
  await line('unchanged', () => run(client, objects));
  const [first, ...rest] = objects;
  await line('one-change', () =>
    run(client, [{ ...first, data: { key: 'changed' } }, ...rest]),
  );
  await line('prune', async () => {
    const { deleted } = await prune({
      client,
      entries: inventoryOf(applied),
      ownerLabels: OWNER,
    });
    return {
      entries: deleted.map(({ entry, ref }) => ({
        ref,
        id: entry.id,
        version: entry.v,
        action: 'deleted' as const,
      })),
    };
  });
  for (const object of namespaces) await client.delete(refOf(object));
}

/** Until no Deployment has changed for a second. */
async function untilQuiet(client: ClusterClient): Promise<void> {
  const deployments = { apiVersion: 'apps/v1', kind: 'Deployment' };
  let seen = '';
  for (;;) {
    const { items } = await client.list({
      ...deployments,
      metadataOnly: true,
      labelSelector: 'kustomize.toolkit.fluxcd.io/name=bench',
    });
    const now = items.map(o => o.metadata.resourceVersion).join();
    if (now === seen) return;
    seen = now;
    await sleep(1_000);
  }
}

function run(
  client: ClusterClient,
  objects: KubernetesObject[],
): Promise<ChangeSet> {
  return applyObjects({
    client,
    objects,
    fieldManager: 'kustomize-controller',
    ownerLabels: OWNER,
    defaultNamespace: 'default',
  });
}

/** What went over the wire from now on; called, it stops and tells. */
function countRequests(): () => number {
  let requests = 0;
  const onRequest = () => {
    requests += 1;
  };
  subscribe('undici:request:create', onRequest);
  return () => {
    unsubscribe('undici:request:create', onRequest);
    return requests;
  };
}

/** Half ConfigMaps, the rest of other kinds, over the five namespaces. */
function delivery(prefix: string, n: number): KubernetesObject[] {
  return Array.from({ length: n }, (_, i) => {
    const metadata = {
      name: `item-${i}`,
      namespace: prefix === 'warm' ? 'default' : `${prefix}-${i % 5}`,
      labels: { app: `app-${i % 50}` },
    };
    switch (i % 10) {
      case 1:
        return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
      case 3:
        return {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata,
          stringData: { token: `token-${i}` },
        };
      case 5:
        return {
          apiVersion: 'v1',
          kind: 'Service',
          metadata,
          spec: {
            clusterIP: 'None',
            selector: { app: `app-${i % 50}` },
            ports: [{ name: 'http', port: 80 }],
          },
        };
      case 7:
      case 9:
        return deployment(metadata);
      default:
        return {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata,
          data: { key: `value-${i}`, settings: 'a: 1\nb: 2\n'.repeat(20) },
        };
    }
  });
}

function deployment(metadata: KubernetesObject['metadata']): KubernetesObject {
  const labels = { app: metadata.name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'app',
              image: 'example.com/app:1',
              ports: [{ containerPort: 8080 }],
              env: [{ name: 'MODE', value: 'production' }],
              resources: { requests: { cpu: '100m', memory: '64Mi' } },
            },
          ],
        },
      },
    },
  };
}

function namespace(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** Starts the sandbox in a process of its own for as long as `work` takes. */
async function onSandbox(
  work: (kubeconfig: string) => Promise<void>,
): Promise<void> {
  const child = fork(path.join(__dirname, 'sandboxProcess.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await work(await kubeconfigFrom(child));
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
  }
}

function kubeconfigFrom(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    // The loader of TypeScript sends messages of its own.
    child.on('message', (message: { kubeconfig?: string; error?: string }) => {
      if (message.kubeconfig) resolve(message.kubeconfig);
      if (message.error) reject(new Error(message.error));
    });
    child.once('exit', () => reject(new Error('The sandbox has ended')));
  });
}
