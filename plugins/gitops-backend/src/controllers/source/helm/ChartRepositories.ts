import { buffer } from 'node:stream/consumers';
import { normalizeRepositoryUrl } from '@backstage-gitops/helm';
import {
  durationToMs,
  HelmRepository,
  helmRepositoryKind,
} from '@backstage-gitops/plugin-gitops-common';
import { FetchContext } from '@backstage-gitops/plugin-gitops-node';
import { ChartRepository } from './ChartRepository';
import { IndexRepository, StoredIndex } from './IndexRepository';
import { readRepositoryAccess } from './RepositoryAccess';
import { RepositoryClient } from './RepositoryClient';
import { ChartWork } from './work/ChartWork';

const DEFAULT_TIMEOUT = '60s';

/**
 * The repositories that one chart is made of: that of its own, and those of its
 * dependencies, which are opened once.
 */
export class ChartRepositories {
  private readonly context: FetchContext;
  private readonly work: ChartWork;
  private readonly byUrl = new Map<string, Promise<ChartRepository>>();
  private readonly opened: ChartRepository[] = [];
  private known: Promise<HelmRepository[]> | undefined;

  constructor(options: { context: FetchContext; work: ChartWork }) {
    this.context = options.context;
    this.work = options.work;
  }

  /**
   * Opens the repository of an object.
   *
   * @throws SourceFetchError AuthenticationFailed, RepositoryError `invalid-url`
   */
  async open(
    spec: HelmRepository['spec'],
    status?: HelmRepository['status'],
  ): Promise<ChartRepository> {
    const { context, work } = this;
    const { connections, signal } = context;
    const url = normalizeRepositoryUrl(spec.url);
    const access = await readRepositoryAccess(
      context.home,
      context.namespace,
      spec,
    );
    const client = new RepositoryClient({
      ...{ connections, url, access, signal },
      passCredentials: spec.passCredentials ?? false,
      timeoutMs: durationToMs(spec.timeout ?? DEFAULT_TIMEOUT),
    });
    const artifact = status?.artifact;
    const index: StoredIndex | undefined = artifact && {
      digest: artifact.digest,
      size: artifact.size,
      open: async () => buffer(await context.openArtifact(artifact)),
    };
    const repository = new IndexRepository({ client, work, index, signal });
    this.opened.push(repository);
    return repository;
  }

  /**
   * The repository that a dependency names by its URL, as a HelmRepository of the
   * namespace with the same URL says; without one, nobody's credentials are used
   * (Flux 2.9).
   *
   * @param url - normalised
   */
  at(url: string): Promise<ChartRepository> {
    let repository = this.byUrl.get(url);
    if (!repository) {
      repository = this.openAt(url);
      this.byUrl.set(url, repository);
    }
    return repository;
  }

  async release(): Promise<void> {
    await Promise.allSettled(this.byUrl.values());
    for (const repository of this.opened.splice(0)) {
      repository.release();
    }
  }

  private async openAt(url: string): Promise<ChartRepository> {
    this.known ??= this.context.home.list<HelmRepository>({
      apiVersion: helmRepositoryKind.apiVersion,
      kind: helmRepositoryKind.kind,
    });
    const object = (await this.known).find(({ spec }) => isAt(spec.url, url));
    return this.open(object?.spec ?? { url }, object?.status);
  }
}

function isAt(repositoryUrl: string, url: string): boolean {
  try {
    return normalizeRepositoryUrl(repositoryUrl) === url;
  } catch {
    return false;
  }
}
