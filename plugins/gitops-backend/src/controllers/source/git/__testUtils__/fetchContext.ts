import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { GitRepository } from '@backstage-gitops/plugin-gitops-common';
import { FetchContext } from '@backstage-gitops/plugin-gitops-node';
import { HttpPool } from '../../../../net/HttpPool';
import { NetworkGuard } from '../../../../net/NetworkGuard';
import { readArchive } from '../../../../artifacts/readArchive';
import { GitRepositoryFetcher } from '../GitRepositoryFetcher';

/** What a fetcher is given, without a cluster around it. */
export class TestFetches {
  readonly verified: (string | false)[] = [];
  private readonly fetcher = new GitRepositoryFetcher();
  private readonly connections = new HttpPool({
    guard: new NetworkGuard({ allow: ['127.0.0.1'] }),
  });
  private readonly secrets = new Map<string, KubernetesObject>();

  private constructor(readonly directory: string) {}

  static async create(): Promise<TestFetches> {
    return new TestFetches(
      await mkdtemp(path.join(tmpdir(), 'gitops-fetches-')),
    );
  }

  async stop(): Promise<void> {
    await this.connections.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  addSecret(name: string, data: Record<string, string>): void {
    this.secrets.set(name, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'team' },
      data: Object.fromEntries(
        Object.entries(data).map(([key, value]) => [
          key,
          Buffer.from(value).toString('base64'),
        ]),
      ),
    });
  }

  context(
    spec: Partial<GitRepository['spec']>,
    overrides: Partial<FetchContext<GitRepository>> = {},
  ): FetchContext<GitRepository> {
    const { connections, directory } = this;
    return {
      object: {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: { name: 'repo', namespace: 'team' },
        spec: {
          ...{ interval: '1m', url: '', ref: { branch: 'main' } },
          ...spec,
        },
      },
      namespace: 'team',
      home: {
        name: 'demo',
        get: async <T>({ name }: { name: string }) =>
          this.secrets.get(name) as T | undefined,
        list: async () => [],
        serviceAccountToken: async () => '',
      },
      artifact: undefined,
      generationChanged: true,
      conditionStatus: () => undefined,
      connections,
      guard: new NetworkGuard({ allow: ['127.0.0.1'] }),
      limits: { bytes: 64 * 1_024 * 1_024, files: 1_000 },
      signal: new AbortController().signal,
      now: () => Date.now(),
      directory: async () => directory,
      openArtifact: () => Promise.reject(new Error('there is none')),
      verified: message => {
        this.verified.push(message);
      },
      unverified() {},
      observe() {},
      building: async () => {},
      ...overrides,
    };
  }

  /** Fetches, and gives the files of the artifact. */
  async fetch(
    spec: Partial<GitRepository['spec']>,
    overrides: Partial<FetchContext<GitRepository>> = {},
  ): Promise<{ revision: string; files: Record<string, string> }> {
    const fetched = await this.fetcher.fetch(this.context(spec, overrides));
    const files: Record<string, string> = {};
    if (fetched.type === 'new') {
      try {
        for (const [name, content] of await readArchive(fetched.content())) {
          files[name] = content.toString();
        }
      } finally {
        await fetched.dispose?.();
      }
    }
    return { revision: fetched.revision, files };
  }
}
