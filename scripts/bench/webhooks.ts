import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { KubeConfig } from '@kubernetes/client-node';
import {
  ClusterClient,
  createClusterClient,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { SandboxGit, startGitServer } from '@backstage-gitops/sandbox';
import {
  gitRepositoryKind,
  GitRepository,
  Receiver,
  receiverKind,
} from '../../plugins/gitops-common/src';
import { configOf } from './mttp/configOf';
import { Backend, compilePrograms, startCluster } from './mttp/programs';
import { until } from './mttp/waiting';

const CALLS = 50;
const FILES = 500;
const REPOSITORY = 'team/app';
const NAMESPACE = 'default';
const sourceOf = {
  ...{ apiVersion: gitRepositoryKind.apiVersion, kind: 'GitRepository' },
  ...{ namespace: NAMESPACE, name: 'app' },
};
const receiverOf = {
  ...{ apiVersion: receiverKind.apiVersion, kind: 'Receiver' },
  ...{ namespace: NAMESPACE, name: 'app' },
};

/**
 * From the call of a webhook until the commit that it is about is the artifact of its
 * GitRepository, fifty times; in a repository of five hundred files.
 */
export async function benchWebhooks(): Promise<void> {
  await compilePrograms();
  const directory = await mkdtemp(path.join(tmpdir(), 'gitops-bench-hooks-'));
  const git = await startGitServer({ dataDir: path.join(directory, 'git') });
  const cluster = await startCluster();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(await readFile(cluster.kubeconfigPath, 'utf8'));
  const client = createClusterClient({ kubeConfig, userAgent: 'bench-hooks' });
  const config = configOf({
    ...{ kubeconfigPath: cluster.kubeconfigPath, directory },
    concurrency: 4,
  });
  const backend = await Backend.start(config, new URL(client.server).origin);
  try {
    const hook = await prepare(client, git);
    await backend.ask({ ask: 'reset' });
    const times: number[] = [];
    for (let call = 1; call <= CALLS; call++) {
      const commit = await git.commit(REPOSITORY, {
        files: { 'a.yaml': `a: ${call}\n` },
      });
      const start = performance.now();
      const { status } = await fetch(
        `${config.backend.baseUrl}/api/gitops${hook}`,
        { method: 'POST', body: '{}' },
      );
      if (status !== 200) {
        throw new Error(`The webhook answered with ${status}`);
      }
      await until(async () => (await revision(client)).endsWith(commit), 5);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const figures = await backend.figures();
    const round = Math.round;
    const result = {
      ...{ name: 'webhooks', n: CALLS },
      ms: round(times.reduce((a, b) => a + b)),
      p50Ms: round(times[Math.floor(CALLS / 2)]),
      maxMs: round(times[CALLS - 1]),
      ...{ cpuMs: round(figures.cpuMs), peakMB: round(figures.peakMB) },
      loopP99Ms: round(figures.loopP99Ms),
      loopMaxMs: round(figures.loopMaxMs),
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await backend.stop();
    await client.close();
    await cluster.program.stop();
    await git.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A fetched GitRepository, and the path of a webhook for it. */
async function prepare(
  client: ClusterClient,
  git: SandboxGit,
): Promise<string> {
  const { url } = await git.createRepository(
    REPOSITORY,
    Object.fromEntries(
      Array.from({ length: FILES }, (_, n) => [
        `app/${n}.yaml`,
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: n${n} }\n`,
      ]),
    ),
  );
  for (const { apiVersion } of [sourceOf, receiverOf]) {
    await until(
      async () => (await client.raw(`/apis/${apiVersion}`)).status === 200,
    );
  }
  const create = (object: object) =>
    client.apply(object as KubernetesObject, {
      ...{ fieldManager: 'bench', force: true },
    });
  const metadata = { name: 'app', namespace: NAMESPACE };
  await create({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata },
    data: { token: Buffer.from('token').toString('base64') },
  });
  await create({
    ...{ apiVersion: sourceOf.apiVersion, kind: sourceOf.kind, metadata },
    spec: { interval: '1h', url, ref: { branch: 'main' } },
  });
  await create({
    ...{ apiVersion: receiverOf.apiVersion, kind: receiverOf.kind, metadata },
    spec: {
      ...{ type: 'generic', secretRef: { name: 'app' } },
      resources: [{ kind: 'GitRepository', name: 'app' }],
    },
  });
  await until(async () => (await revision(client)) !== '');
  let hook = '';
  await until(async () => {
    const receiver = await client.get<Receiver & KubernetesObject>(receiverOf);
    hook = receiver?.status?.webhookPath ?? '';
    return hook !== '';
  });
  return hook;
}

async function revision(client: ClusterClient): Promise<string> {
  const source = await client.get<GitRepository & KubernetesObject>(sourceOf);
  return source?.status?.artifact?.revision ?? '';
}
