import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import {
  Artifact,
  OCIRepository,
} from '@backstage-gitops/plugin-gitops-common';
import { FetchContext } from '@backstage-gitops/plugin-gitops-node';
import { FileArtifactStore } from '../../plugins/gitops-backend/src/artifacts/FileArtifactStore';
import { OciRepositoryFetcher } from '../../plugins/gitops-backend/src/controllers/source/oci/OciRepositoryFetcher';
import { HttpPool } from '../../plugins/gitops-backend/src/net/HttpPool';
import { NetworkGuard } from '../../plugins/gitops-backend/src/net/NetworkGuard';
import { Registries } from '../../plugins/gitops-backend/src/registries/Registries';
import { mapConcurrent } from '../../plugins/gitops-backend/src/util/mapConcurrent';
import type { FetchedArtifacts } from './sourcesOci';

/**
 * Fetches OCIRepositories and stores their artifacts, as the portal does, in a
 * process of its own; sends what that took.
 */
const [address, count] = process.argv.slice(2);
const CONCURRENCY = 8;
const LIMITS = { bytes: 100_000_000, files: 10_000 };

type Context = FetchContext<OCIRepository>;

const guard = new NetworkGuard({ allow: ['127.0.0.1'] });
const connections = new HttpPool({ guard });
const fetcher = new OciRepositoryFetcher({ registries: new Registries() });

function contextOf(
  index: number,
  artifact: Artifact | undefined,
  directory: () => Promise<string>,
): Context {
  return {
    object: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: { name: `app-${index}`, namespace: 'default' },
      spec: { interval: '1m', url: `oci://${address}/bench/app-${index}` },
    },
    namespace: 'default',
    home: {
      name: 'bench',
      get: async () => undefined,
      list: async () => [],
      serviceAccountToken: async () => '',
    },
    ...{ artifact, connections, guard, directory },
    generationChanged: false,
    conditionStatus: () => undefined,
    limits: LIMITS,
    signal: new AbortController().signal,
    now: () => Date.now(),
    openArtifact: () => Promise.reject(new Error('there is none')),
    verified() {},
    unverified() {},
    observe() {},
    building: async () => {},
  };
}

/** Does something for each artifact and sends a line about all of it. */
async function measureAll(
  name: string,
  work: (index: number) => Promise<number>,
): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const indexes = Array.from({ length: Number(count) }, (_, index) => index);
  const sizes = await mapConcurrent(indexes, CONCURRENCY, work);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  const result: FetchedArtifacts = {
    name,
    n: indexes.length,
    ms: Math.round(ms),
    cpuMs: Math.round((user + system) / 1_000),
    peakMB: Math.round(process.resourceUsage().maxRSS / 1_024),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    loopP99Ms: Math.round(delay.percentile(99) / 1e6),
    loopMaxMs: Math.round(delay.max / 1e6),
  };
  process.send!(result);
}

async function main() {
  const root = await mkdtemp(path.join(tmpdir(), 'gitops-bench-oci-'));
  const store = new FileArtifactStore({
    directory: path.join(root, 'artifacts'),
  });
  const stored = new Map<number, Artifact>();
  try {
    await measureAll('sources-oci', async index => {
      const directory = await mkdtemp(path.join(root, 'fetch-'));
      const fetched = await fetcher.fetch(
        contextOf(index, undefined, async () => directory),
      );
      if (fetched.type !== 'new') {
        throw new Error('an artifact was expected');
      }
      const { digest, size } = await store.put(fetched.content(), {
        maxSize: LIMITS.bytes,
      });
      await rm(directory, { recursive: true, force: true });
      const { revision } = fetched;
      stored.set(index, {
        ...{ digest, size, revision, path: '', url: '' },
        lastUpdateTime: '',
      });
      return size;
    });
    await measureAll('sources-oci-unchanged', async index => {
      const fetched = await fetcher.fetch(
        contextOf(index, stored.get(index), () =>
          Promise.reject(new Error('nothing was to be fetched')),
        ),
      );
      if (fetched.type !== 'unchanged') {
        throw new Error('nothing new was expected');
      }
      return 0;
    });
  } finally {
    await connections.close();
    await rm(root, { recursive: true, force: true });
  }
}

main().then(
  () => process.disconnect(),
  error => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
