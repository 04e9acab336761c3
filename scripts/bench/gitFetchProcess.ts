import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { GitRepository } from '@backstage-gitops/plugin-gitops-common';
import { FetchContext, NewSource } from '@backstage-gitops/plugin-gitops-node';
import { FileArtifactStore } from '../../plugins/gitops-backend/src/artifacts/FileArtifactStore';
import { GitRepositoryFetcher } from '../../plugins/gitops-backend/src/controllers/source/git/GitRepositoryFetcher';
import { HttpPool } from '../../plugins/gitops-backend/src/net/HttpPool';
import { NetworkGuard } from '../../plugins/gitops-backend/src/net/NetworkGuard';

/**
 * Fetches a GitRepository and stores its artifact, as the portal does, in a
 * process of its own; sends what that took.
 */
const [url] = process.argv.slice(2);
const LIMIT = 4_000_000_000;

async function main() {
  const directory = await mkdtemp(path.join(tmpdir(), 'gitops-bench-fetch-'));
  const guard = new NetworkGuard({ allow: ['127.0.0.1'] });
  const connections = new HttpPool({ guard });
  const object: GitRepository = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'bench', namespace: 'default' },
    spec: { interval: '1m', url, ref: { branch: 'main' } },
  };
  const context: FetchContext<GitRepository> = {
    ...{ object, connections, guard },
    namespace: 'default',
    home: {
      name: 'bench',
      get: async () => undefined,
      list: async () => [],
      serviceAccountToken: async () => '',
    },
    artifact: undefined,
    generationChanged: true,
    conditionStatus: () => undefined,
    limits: { bytes: LIMIT, files: 1_000_000 },
    signal: new AbortController().signal,
    now: () => Date.now(),
    directory: async () => directory,
    openArtifact: () => Promise.reject(new Error('there is none')),
    verified() {},
    unverified() {},
    observe() {},
    building: async () => {},
  };
  const store = new FileArtifactStore({
    directory: path.join(directory, 'artifacts'),
  });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  try {
    const baseMB = process.resourceUsage().maxRSS / 1_024;
    delay.enable();
    const cpu = process.cpuUsage();
    const start = performance.now();
    const fetched = (await new GitRepositoryFetcher().fetch(
      context,
    )) as NewSource<GitRepository>;
    const received = performance.now();
    const { size } = await store.put(fetched.content(), { maxSize: LIMIT });
    await fetched.dispose?.();
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    process.send!({
      ms,
      fetchMs: received - start,
      cpuMs: (user + system) / 1_000,
      baseMB,
      peakMB: process.resourceUsage().maxRSS / 1_024,
      bytes: size,
      loopP99Ms: delay.percentile(99) / 1e6,
      loopMaxMs: delay.max / 1e6,
    });
  } finally {
    delay.disable();
    await connections.close();
    await rm(directory, { recursive: true, force: true });
  }
}

main().then(
  () => process.disconnect(),
  error => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
