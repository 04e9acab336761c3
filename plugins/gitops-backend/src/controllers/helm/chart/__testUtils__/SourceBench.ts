import {
  ClusterClient,
  createClusterClient,
  loadKubeConfig,
  waitForHealth,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  externalArtifactKind,
  GitopsObject,
  helmChartKind,
  HelmRelease,
  helmReleaseKind,
  kindByName,
  ociRepositoryKind,
} from '@backstage-gitops/plugin-gitops-common';
import {
  SandboxKubernetes,
  startKubernetesApi,
} from '@backstage-gitops/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { quietLogger } from '../../../../__testUtils__/quietLogger';
import { FileArtifactStore } from '../../../../artifacts/FileArtifactStore';
import { Claim } from '../../../../engine/queue/WorkQueue';
import { ReconcileRun } from '../../../../engine/reconcile/ReconcileRun';
import { EventRecorder } from '../../../../engine/report/EventRecorder';
import { HistoryStore } from '../../../../engine/report/HistoryStore';
import { Home } from '../../../../homes/Home';
import { installCrds } from '../../../../homes/installCrds';
import { RenderThreads } from '../../../../workers/RenderThreads';
import { ChartArchives } from '../ChartArchives';
import { ChartSources } from '../ChartSources';

const NOW = Date.parse('2026-01-02T03:04:05Z');

/** A home with sources that nobody reconciles, and runs of one HelmRelease. */
export class SourceBench {
  readonly home: Home;
  readonly store: FileArtifactStore;
  /** Artifacts that others keep: bytes by digest. */
  readonly elsewhere = new Map<string, Buffer>();
  readonly said: string[] = [];
  private names = 0;

  private constructor(
    private readonly directory: string,
    private readonly api: SandboxKubernetes,
    readonly client: ClusterClient,
  ) {
    this.home = new Home({
      ...{ name: 'local', mode: 'reconcile', client },
      allowPortalCredential: true,
    });
    this.store = new FileArtifactStore({ directory: `${directory}/artifacts` });
  }

  static async start(): Promise<SourceBench> {
    const directory = await mkdtemp(path.join(tmpdir(), 'chart-sources-'));
    const api = await startKubernetesApi({ dataDir: directory });
    const client = createClusterClient({
      kubeConfig: await loadKubeConfig(api.kubeconfig),
    });
    const kinds = [helmChartKind, ociRepositoryKind, externalArtifactKind];
    await installCrds({ client, kinds, logger: quietLogger });
    await waitForHealth({
      client,
      refs: kinds.map(({ plural, group }) => ({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: `${plural}.${group}`,
      })),
      timeoutMs: 60_000,
    });
    return new SourceBench(directory, api, client);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.api.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  sources(options: { noCrossNamespaceRefs?: boolean } = {}): ChartSources {
    const threads = new RenderThreads({});
    const { signal } = new AbortController();
    return new ChartSources({
      archives: new ChartArchives({
        store: this.store,
        inspect: chart => threads.inspect(chart, signal),
      }),
      external: {
        fetch: async ({ digest }) => {
          await this.store.put(this.elsewhere.get(digest)!);
        },
      },
      noCrossNamespaceRefs: options.noCrossNamespaceRefs ?? false,
    });
  }

  /** A run of a HelmRelease that is nowhere but here. */
  runOf(
    spec: Partial<HelmRelease['spec']>,
    about: { name?: string; status?: HelmRelease['status'] } = {},
  ): ReconcileRun<HelmRelease> {
    return new ReconcileRun<HelmRelease>({
      home: this.home,
      kind: helmReleaseKind,
      object: {
        apiVersion: helmReleaseKind.apiVersion,
        kind: helmReleaseKind.kind,
        metadata: {
          name: about.name ?? `game-${++this.names}`,
          namespace: 'default',
          generation: 1,
        },
        spec: { interval: '10m', ...spec },
        status: about.status,
      },
      claim: {
        signal: new AbortController().signal,
        assertHeld: () => {},
      } as unknown as Claim,
      events: {
        record: async () => {},
      } as unknown as EventRecorder,
      history: {
        append: async (_: Claim, entries: readonly { message: string }[]) => {
          this.said.push(...entries.map(({ message }) => message));
        },
      } as unknown as HistoryStore,
      logger: quietLogger,
      now: () => NOW,
    });
  }

  refOf(kind: string, name: string, namespace = 'default') {
    return { apiVersion: kindByName(kind)!.apiVersion, kind, namespace, name };
  }

  /** Makes a source whose status says that it has an artifact. */
  async source(
    kind: string,
    name: string,
    about: {
      spec?: object;
      revision?: string;
      bytes?: Buffer;
      status?: object;
    },
  ): Promise<void> {
    const { apiVersion, namespace } = this.refOf(kind, name);
    await this.client.apply(
      {
        ...{ apiVersion, kind, spec: about.spec ?? {} },
        metadata: { name, namespace },
      } as KubernetesObject,
      { fieldManager: 'test', force: true },
    );
    await this.status(kind, name, about);
  }

  async status(
    kind: string,
    name: string,
    about: { revision?: string; bytes?: Buffer; status?: object },
    namespace = 'default',
  ): Promise<void> {
    const stored = about.bytes && (await this.store.put(about.bytes));
    const ref = this.refOf(kind, name, namespace);
    const live = await this.client.get<GitopsObject>(ref);
    await this.client.patch(ref, {
      type: 'merge',
      subresource: 'status',
      fieldManager: 'test',
      body: {
        status: {
          ...(kind !== 'ExternalArtifact' && {
            observedGeneration: live?.metadata.generation,
          }),
          ...(stored && {
            artifact: {
              digest: stored.digest,
              revision: about.revision ?? '1.2.3',
              path: 'x/a.tgz',
              url: 'http://portal/artifact',
              lastUpdateTime: '2026-01-02T03:04:05Z',
            },
          }),
          ...about.status,
        },
      },
    });
  }
}
