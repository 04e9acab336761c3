import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createClusterClient,
  loadKubeConfig,
} from '@backstage-gitops/kubernetes-apply';
import type { ClusterClient } from '@backstage-gitops/kubernetes-apply';
import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  SandboxKubernetes,
  startKubernetesApi,
} from '@backstage-gitops/sandbox';
import { writeManifests } from '../../manifests';
import { ChartRenderer, renderChart } from '../../render';
import type { Release } from '../../releases';
import { chartOf } from '../../testing/chartOf';
import { createCapabilities } from '../../values';
import type { Values } from '../../values';
import { ReleaseRecords } from '../../storage';
import type { RecordKind } from '../../storage';
import { installRelease, InstallOptions } from '../installRelease';
import type { ReleaseContext } from '../ReleaseContext';
import type { RenderRelease } from '../RenderRelease';
import { upgradeRelease, UpgradeOptions } from '../upgradeRelease';

/** The files of a chart `web`; text by path. */
export type ChartFiles = Readonly<Record<string, string>>;

export const WAIT = { strategy: 'watcher', timeoutMs: 30_000 } as const;

/** The sandbox's API server, and actions on releases in it. */
export class ReleaseBench {
  readonly api: SandboxKubernetes;
  readonly client: ClusterClient;
  /** What actions said. */
  readonly progress: string[] = [];
  readonly logs: string[] = [];
  readonly #directory: string;
  readonly #renderer = new ChartRenderer();

  private constructor(
    api: SandboxKubernetes,
    client: ClusterClient,
    directory: string,
  ) {
    this.api = api;
    this.client = client;
    this.#directory = directory;
  }

  static async start(): Promise<ReleaseBench> {
    const directory = await mkdtemp(join(tmpdir(), 'helm-releases-'));
    const api = await startKubernetesApi({ dataDir: directory });
    const client = createClusterClient({
      kubeConfig: await loadKubeConfig(api.kubeconfig),
    });
    return new ReleaseBench(api, client, directory);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.api.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  context(
    options: Partial<ReleaseContext> & { kind?: RecordKind } = {},
  ): ReleaseContext {
    const { kind, ...rest } = options;
    return {
      client: this.client,
      records: this.records(kind),
      fieldManager: 'helm',
      onProgress: message => this.progress.push(message),
      onHookLogs: (_, logs) => this.logs.push(...logs.map(({ text }) => text)),
      ...rest,
    };
  }

  records(kind?: RecordKind, namespace = 'default'): ReleaseRecords {
    return new ReleaseRecords({ client: this.client, namespace, kind });
  }

  /** Renders a chart of these files. */
  render(files: ChartFiles, values: Values = {}): RenderRelease {
    return async release => {
      const rendered = renderChart({
        ...{ renderer: this.#renderer, values, release },
        chart: await chartOf(files),
        capabilities: createCapabilities(),
      });
      return {
        chart: rendered.chart,
        config: values,
        manifest: writeManifests(rendered.manifests),
        hooks: rendered.hooks,
        notes: rendered.notes,
      };
    };
  }

  install(
    name: string,
    files: ChartFiles,
    options: Partial<InstallOptions> & { values?: Values } = {},
    context = this.context(),
  ): Promise<Release> {
    const { values, ...rest } = options;
    return installRelease(context, {
      ...{ name, namespace: 'default', serverSide: true, wait: WAIT },
      render: this.render(files, values),
      ...rest,
    });
  }

  upgrade(
    name: string,
    files: ChartFiles,
    options: Partial<UpgradeOptions> & { values?: Values } = {},
    context = this.context(),
  ): Promise<Release> {
    const { values, ...rest } = options;
    return upgradeRelease(context, {
      ...{ name, serverSide: 'auto', wait: WAIT },
      render: this.render(files, values),
      ...rest,
    });
  }

  /** `version status` of each revision. */
  async history(name: string): Promise<string[]> {
    const { releases } = await this.records().history(name);
    return releases.map(({ version, info }) => `${version} ${info?.status}`);
  }

  get<T extends KubernetesObject>(
    kind: string,
    name: string,
    apiVersion = 'v1',
  ): Promise<T | undefined> {
    return this.client.get<T>({
      ...{ apiVersion, kind, name },
      namespace: 'default',
    });
  }
}
