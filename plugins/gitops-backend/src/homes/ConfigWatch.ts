import { LoggerService } from '@backstage/backend-plugin-api';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { pause } from '../util/pause';
import { Home } from './Home';

/** The kinds that hold values and keys of deliveries. */
export const CONFIG_KINDS = ['ConfigMap', 'Secret'] as const;

/** What {@link ConfigWatch} is made of. */
export interface ConfigWatchOptions {
  home: Home;
  labelSelector: string;
  logger: LoggerService;
  /**
   * Called with the metadata of what was changed, made or deleted; also of what is
   * there when the watch begins, with `isFirst`.
   */
  onNews(config: GitopsObject, options: { isFirst: boolean }): void;
}

/** How long a home is left alone that must not be watched. */
const LOOK_AGAIN_MS = 5_000;

/**
 * Watches ConfigMaps and Secrets of a home that carry a label, so that a change of
 * one makes due what refers to it (Flux 2.9: `reconcile.fluxcd.io/watch: Enabled`).
 * Only metadata is asked for: no value comes into memory. Where the portal only
 * observes, nothing is watched.
 */
export class ConfigWatch {
  private readonly options: ConfigWatchOptions;
  private readonly told = new Set<string>();

  constructor(options: ConfigWatchOptions) {
    this.options = options;
  }

  /** Watches until the signal fires; whatever happens to the home. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.options.home.mode === 'observe') {
        await pause(LOOK_AGAIN_MS, signal);
        continue;
      }
      const observing = new AbortController();
      const until = AbortSignal.any([signal, observing.signal]);
      await Promise.all([
        ...CONFIG_KINDS.map(kind => this.watch(kind, until)),
        this.untilObserved(observing, signal),
      ]);
      this.options.home.configs.clear();
    }
  }

  private async untilObserved(
    observing: AbortController,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted && this.options.home.mode !== 'observe') {
      await pause(LOOK_AGAIN_MS, signal);
    }
    observing.abort();
  }

  private async watch(kind: string, signal: AbortSignal): Promise<void> {
    const { home, labelSelector, onNews, logger } = this.options;
    const read = ({ metadata }: KubernetesObject): GitopsObject => ({
      ...{ apiVersion: 'v1', kind, spec: {} },
      metadata: metadata as GitopsObject['metadata'],
    });
    await home.client.watch<KubernetesObject>({
      ...{ apiVersion: 'v1', kind, labelSelector, signal },
      metadataOnly: true,
      onSync: items => {
        const configs = items.map(read);
        home.configs.listed(kind, configs);
        this.told.delete(kind);
        configs.forEach(config => onNews(config, { isFirst: true }));
      },
      onEvent: ({ type, object }) => {
        const config = read(object);
        if (type === 'DELETED') {
          home.configs.delete(config);
        } else {
          home.configs.set(config);
        }
        onNews(config, { isFirst: false });
      },
      onError: error => {
        if (!this.told.has(kind)) {
          this.told.add(kind);
          logger.warn(
            `Changes of ${kind}s with the label ${labelSelector} are noticed at the interval of a delivery only, until they can be watched: ${error.message}`,
          );
        }
      },
    });
  }
}
