import {
  ClusterClient,
  ResourceInfo,
  WatchOptions,
} from '@backstage-gitops/kubernetes-apply';

/**
 * Stands for a cluster that cannot even be addressed, because its kubeconfig is
 * missing or refused. Everything fails with that reason, so that such a home
 * shows it like any other trouble and disturbs no other home.
 */
export class UnavailableCluster implements ClusterClient {
  readonly server = 'unknown';
  private readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }

  as(): ClusterClient {
    return this;
  }

  onBehalfOf(): ClusterClient {
    return this;
  }

  guardedBy(): ClusterClient {
    return this;
  }

  resourceOf(): Promise<ResourceInfo> {
    return Promise.reject(this.error);
  }

  versionsOf(): Promise<ResourceInfo[]> {
    return Promise.reject(this.error);
  }

  get(): Promise<never> {
    return Promise.reject(this.error);
  }

  list(): Promise<never> {
    return Promise.reject(this.error);
  }

  async watch<T>(options: WatchOptions<T>): Promise<void> {
    options.onError(this.error);
    if (!options.signal.aborted) {
      await new Promise<void>(resolve => {
        options.signal.addEventListener('abort', () => resolve(), {
          once: true,
        });
      });
    }
  }

  create(): Promise<never> {
    return Promise.reject(this.error);
  }

  replace(): Promise<never> {
    return Promise.reject(this.error);
  }

  apply(): Promise<never> {
    return Promise.reject(this.error);
  }

  patch(): Promise<never> {
    return Promise.reject(this.error);
  }

  delete(): Promise<never> {
    return Promise.reject(this.error);
  }

  raw(): Promise<never> {
    return Promise.reject(this.error);
  }

  async close(): Promise<void> {}
}
