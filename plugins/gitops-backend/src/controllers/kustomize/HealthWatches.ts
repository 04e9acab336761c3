import { LoggerService } from '@backstage/backend-plugin-api';
import {
  ClusterClient,
  HealthRule,
  ObjectRef,
  WatchHealthOptions,
} from '@backstage-gitops/kubernetes-apply';

/** As `watchHealth` of kubernetes-apply; injected for tests. */
export type WatchHealth = (
  options: Pick<
    WatchHealthOptions,
    'client' | 'refs' | 'rules' | 'signal' | 'onChange'
  >,
) => Promise<void>;

/**
 * The health watches of this process, one for each delivery that waits. A watch
 * does no more than wake its delivery; whether the targets are healthy is read
 * anew by the run that follows.
 */
export class HealthWatches {
  private readonly watchHealth: WatchHealth;
  private readonly logger: LoggerService;
  private readonly active = new Map<string, AbortController>();

  constructor(options: { watchHealth: WatchHealth; logger: LoggerService }) {
    this.watchHealth = options.watchHealth;
    this.logger = options.logger;
  }

  /** Begins to watch, in place of what the object was watching before. */
  start(
    objectId: string,
    options: {
      client: ClusterClient;
      refs: readonly ObjectRef[];
      rules: readonly HealthRule[];
      /** Called once, when all targets are healthy or one has failed. */
      onSettled: () => void;
    },
  ): void {
    this.stop(objectId);
    const controller = new AbortController();
    this.active.set(objectId, controller);
    let settled = false;
    this.watchHealth({
      client: options.client,
      refs: options.refs,
      rules: options.rules,
      signal: controller.signal,
      onChange: (_, all) => {
        const done =
          all.every(({ status }) => status === 'Current') ||
          all.some(({ status }) => status === 'Failed');
        if (done && !settled && !controller.signal.aborted) {
          settled = true;
          this.stop(objectId);
          options.onSettled();
        }
      },
    }).catch(error => {
      // The next look at the deadline, or before, finds out by itself.
      if (!controller.signal.aborted) {
        this.logger.warn(`Health of ${objectId} is not watched: ${error}`);
      }
    });
  }

  stop(objectId: string): void {
    this.active.get(objectId)?.abort();
    this.active.delete(objectId);
  }

  stopAll(): void {
    for (const objectId of [...this.active.keys()]) {
      this.stop(objectId);
    }
  }
}
