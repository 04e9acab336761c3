import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import {
  ClusterClient,
  createClusterClient,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { SandboxRegistry, startRegistry } from '@backstage-gitops/sandbox';
import { mapConcurrent } from '../../plugins/gitops-backend/src/util/mapConcurrent';
import { configOf } from './mttp/configOf';
import { Backend, compilePrograms, startCluster } from './mttp/programs';
import { countReady, until } from './mttp/waiting';

const IMAGES = 100;
const POLICIES = 1_000;
const TAGS = 1_000;
/** Of one image besides. */
const MANY_TAGS = 100_000;
const CREATING = 16;
const CONCURRENCY = 20;
const NAMESPACE = 'images';
const API = 'image.toolkit.fluxcd.io/v1';

type Policy = KubernetesObject & {
  status?: { latestRef?: { tag?: string } };
};

type Repository = KubernetesObject & {
  status?: { lastHandledReconcileAt?: string };
};

/** Each image has policies of each of these kinds. */
const KINDS: readonly ((index: number) => object)[] = [
  () => ({ policy: { semver: { range: '>=1.0.0' } } }),
  index => ({ policy: { semver: { range: `<=2.${index}.x` } } }),
  () => ({
    filterTags: {
      pattern: '^\\d+\\.\\d+\\.(?P<patch>\\d+)$',
      extract: '$patch',
    },
    policy: { numerical: { order: 'asc' } },
  }),
  () => ({
    filterTags: { pattern: '^2\\..*' },
    policy: { alphabetical: { order: 'asc' } },
  }),
];

/** Policies that take a greater version: those of the first kind and the last. */
const TAKING = Array.from(
  { length: POLICIES },
  (_, index) => Math.floor(index / IMAGES) % KINDS.length,
).filter(kind => kind === 0 || kind === KINDS.length - 1).length;

/**
 * A thousand policies on a hundred images of a thousand tags: until all have
 * chosen, when each image has another tag, and when nothing has changed; then one
 * image of a hundred thousand tags.
 */
export async function benchImages(): Promise<void> {
  await compilePrograms();
  const directory = await mkdtemp(path.join(tmpdir(), 'gitops-bench-images-'));
  const registry = await startRegistry({
    dataDir: path.join(directory, 'registry'),
  });
  const cluster = await startCluster();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(await readFile(cluster.kubeconfigPath, 'utf8'));
  const client = createClusterClient({ kubeConfig, userAgent: 'bench-images' });
  const backend = await Backend.start(
    configOf({
      ...{ kubeconfigPath: cluster.kubeconfigPath, directory },
      concurrency: CONCURRENCY,
    }),
    new URL(client.server).origin,
  );
  try {
    await fill(registry);
    await client.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      { fieldManager: 'bench', force: true },
    );
    await until(async () => (await client.raw(`/apis/${API}`)).status === 200);
    await pause(3_000);
    const bench = new Images(client, backend, registry);
    await bench.run();
  } finally {
    await backend.stop();
    await client.close();
    await cluster.program.stop();
    await registry.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

class Images {
  private bareMB = 0;

  constructor(
    private readonly client: ClusterClient,
    private readonly backend: Backend,
    private readonly registry: SandboxRegistry,
  ) {}

  async run(): Promise<void> {
    await this.backend.ask({ ask: 'reset' });
    this.bareMB = (await this.backend.figures()).rssMB;
    const images = Array.from({ length: IMAGES }, (_, index) => index);
    await this.measure('images create', async () => {
      await mapConcurrent(images, CREATING, index =>
        this.client.create(repository(index, this.registry)),
      );
      const policies = Array.from({ length: POLICIES }, (_, index) => index);
      await mapConcurrent(policies, CREATING, index =>
        this.client.create(policy(index)),
      );
      await until(async () => (await this.ready()) === POLICIES, 250);
    });
    for (const index of images) {
      this.registry.tag(imageOf(index), tagOf(0), '2.9999.0');
    }
    await this.measure('images new tag', async () => {
      await this.scan(images, 'first');
      await until(async () => (await this.chosen('2.9999.0')) === TAKING, 250);
    });
    await this.measure('images unchanged', async () => {
      await this.scan(images, 'second');
      await until(async () => (await this.scanned('second')) === IMAGES, 250);
    });
    await this.measure('images 100000 tags', async () => {
      await this.client.create(repository(IMAGES, this.registry));
      await this.client.create({
        ...policy(POLICIES),
        spec: {
          imageRepositoryRef: { name: imageOf(IMAGES) },
          ...KINDS[0](0),
        },
      } as KubernetesObject);
      await until(async () => (await this.ready()) === POLICIES + 1, 100);
    });
  }

  /** Asks for it: the interval is part of what a run looks at. */
  private async scan(images: readonly number[], token: string): Promise<void> {
    const annotations = { 'reconcile.fluxcd.io/requestedAt': token };
    await mapConcurrent(images, CREATING, index =>
      this.client.patch(
        {
          ...{ apiVersion: API, kind: 'ImageRepository' },
          ...{ namespace: NAMESPACE, name: imageOf(index) },
        },
        { type: 'merge', body: { metadata: { annotations } } },
      ),
    );
  }

  private async scanned(token: string): Promise<number> {
    const { items } = await this.client.list<Repository>({
      ...{ apiVersion: API, kind: 'ImageRepository', namespace: NAMESPACE },
    });
    return items.filter(
      ({ status }) => status?.lastHandledReconcileAt === token,
    ).length;
  }

  private ready(): Promise<number> {
    const url = `/apis/${API}/namespaces/${NAMESPACE}/imagepolicies`;
    return countReady(this.client, url);
  }

  private async chosen(tag: string): Promise<number> {
    const { items } = await this.client.list<Policy>({
      ...{ apiVersion: API, kind: 'ImagePolicy', namespace: NAMESPACE },
    });
    return items.filter(({ status }) => status?.latestRef?.tag === tag).length;
  }

  private async measure(
    name: string,
    work: () => Promise<void>,
  ): Promise<void> {
    await this.backend.ask({ ask: 'reset' });
    const start = performance.now();
    await work();
    const ms = performance.now() - start;
    // What comes after the last status counts, too.
    await pause(1_000);
    const figures = await this.backend.figures();
    const requests = Object.values(figures.requests).reduce((a, b) => a + b, 0);
    const result = {
      name,
      n: name.includes('100000') ? MANY_TAGS : POLICIES,
      ms: Math.round(ms),
      cpuMs: Math.round(figures.cpuMs),
      peakMB: Math.round(figures.peakMB),
      aboveBareMB: Math.round(figures.peakMB - this.bareMB),
      loopP99Ms: Math.round(figures.loopP99Ms),
      loopMaxMs: Math.round(figures.loopMaxMs),
      requests,
      byKind: figures.requests,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

const imageOf = (index: number) => `image-${index}`;
const tagOf = (number: number) =>
  `${1 + (number % 2)}.${Math.floor(number / 20)}.${number % 20}`;

async function fill(registry: SandboxRegistry): Promise<void> {
  const layers = [
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      content: Buffer.from('image'),
    },
  ];
  for (let index = 0; index <= IMAGES; index++) {
    const digest = await registry.push(imageOf(index), { layers }, tagOf(0));
    const count = index < IMAGES ? TAGS : MANY_TAGS;
    const tags = Array.from({ length: count }, (_, number) => tagOf(number));
    registry.tag(imageOf(index), digest, ...tags);
  }
}

function repository(index: number, registry: SandboxRegistry) {
  return {
    ...{ apiVersion: API, kind: 'ImageRepository' },
    metadata: { name: imageOf(index), namespace: NAMESPACE },
    spec: {
      image: `${registry.address}/${imageOf(index)}`,
      ...{ interval: '60m', timeout: '1m', insecure: true },
    },
  };
}

function policy(index: number) {
  const kind = KINDS[Math.floor(index / IMAGES) % KINDS.length];
  return {
    ...{ apiVersion: API, kind: 'ImagePolicy' },
    metadata: { name: `policy-${index}`, namespace: NAMESPACE },
    spec: {
      imageRepositoryRef: { name: imageOf(index % IMAGES) },
      ...kind(index % 40),
    },
  };
}
