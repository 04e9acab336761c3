import { buffer } from 'node:stream/consumers';
import { normalizeRepositoryUrl } from '@backstage-gitops/helm';
import {
  durationToMs,
  HelmRepository,
  helmRepositoryKind,
} from '@backstage-gitops/plugin-gitops-common';
import { FetchContext } from '@backstage-gitops/plugin-gitops-node';
import { parseRepository } from '../../../registries/reference';
import { Registries } from '../../../registries/Registries';
import { ChartRepository } from './ChartRepository';
import { IndexRepository, StoredIndex } from './IndexRepository';
import { OciRepository } from './OciRepository';
import { registryKeychain } from './registryKeychain';
import {
  authenticating,
  readAuthentication,
  readRepositoryAccess,
} from './RepositoryAccess';
import { RepositoryClient } from './RepositoryClient';
import { ChartWork } from './threads/ChartWork';

const DEFAULT_TIMEOUT = '60s';

/**
 * The repositories that one chart is made of: that of its own, and those of its
 * dependencies, which are opened once.
 */
export class ChartRepositories {
  private readonly context: FetchContext;
  private readonly work: ChartWork;
  private readonly registries: Registries;
  private readonly byUrl = new Map<string, Promise<ChartRepository>>();
  private readonly opened: ChartRepository[] = [];
  private known: Promise<HelmRepository[]> | undefined;

  constructor(options: {
    context: FetchContext;
    work: ChartWork;
    registries: Registries;
  }) {
    this.context = options.context;
    this.work = options.work;
    this.registries = options.registries;
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
    const url = normalizeRepositoryUrl(spec.url);
    const repository = url.startsWith('oci://')
      ? await this.openRegistry(url, spec)
      : await this.openIndex(url, spec, status);
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

  private async openIndex(
    url: string,
    spec: HelmRepository['spec'],
    status: HelmRepository['status'],
  ): Promise<IndexRepository> {
    const { context, work } = this;
    const { connections, signal, home, namespace } = context;
    const access = await readRepositoryAccess(home, namespace, spec);
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
    return new IndexRepository({ client, work, index, signal });
  }

  /** The Secret of a HelmRepository may be of another kind than that of others. */
  private async openRegistry(
    url: string,
    spec: HelmRepository['spec'],
  ): Promise<OciRepository> {
    const { home, namespace, connections, signal } = this.context;
    const { secretRef, certSecretRef, provider, insecure } = spec;
    // Whatever chart it will be: its name is below this one.
    const address = `${url}/chart`;
    const repository = parseRepository(address.slice('oci://'.length));
    const secret =
      secretRef && (await readAuthentication(home, namespace, secretRef.name));
    const keychain =
      secret &&
      (await authenticating(
        'failed to configure OCI registry authentication',
        () => registryKeychain(secret, repository),
      ));
    const timeoutMs = durationToMs(spec.timeout ?? DEFAULT_TIMEOUT);
    const client = await this.registries.open(
      {
        ...{ home, namespace, connections },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        now: () => this.context.now(),
      },
      { url: address, certSecretRef, provider, insecure },
      keychain,
    );
    return new OciRepository({ client, url });
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
