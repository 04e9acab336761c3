import { LoggerService } from '@backstage/backend-plugin-api';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { Home } from './Home';

/** The Leases by which Flux's controllers elect their leaders (Flux 2.9). */
const FLUX_LEASES: ReadonlySet<string> = new Set(
  [
    'source',
    'kustomize',
    'helm',
    'notification',
    'image-reflector',
    'image-automation',
  ].map(controller => `${controller}-controller-leader-election`),
);

/** A Lease that was not renewed for longer belongs to nobody any more. */
const FRESH_MS = 60_000;

type Lease = KubernetesObject & {
  spec?: { renewTime?: string; holderIdentity?: string };
};

/**
 * Looks whether Flux's controllers run in a home, in any namespace. Two that
 * reconcile the same objects would fight; while Flux does, we only observe.
 */
export class OtherWriters {
  private readonly home: Home;
  private readonly logger: LoggerService;
  private readonly now: () => number;
  private warned = false;

  constructor(options: {
    home: Home;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.home = options.home;
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
  }

  /** Gives whether the mode of the home has changed. */
  async check(): Promise<boolean> {
    let leases: Lease[];
    try {
      ({ items: leases } = await this.home.client.list<Lease>({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
      }));
    } catch (error) {
      if (!this.warned) {
        this.warned = true;
        this.logger.warn(
          `Whether Flux's controllers run in home ${this.home.name} cannot be seen: ${error}; let the credential list leases, or make sure that none runs`,
        );
      }
      return false;
    }
    this.warned = false;
    const active = leases.filter(
      ({ metadata, spec }) =>
        FLUX_LEASES.has(metadata.name) &&
        spec?.holderIdentity &&
        this.now() - Date.parse(spec.renewTime ?? '') < FRESH_MS,
    );
    const writer =
      active.length > 0
        ? active
            .map(
              ({ metadata }) =>
                `${metadata.namespace}/${metadata.name.replace('-leader-election', '')}`,
            )
            .sort()
            .join(', ')
        : undefined;
    const changed = this.home.setOtherWriter(writer);
    if (changed) {
      this.logger.warn(
        writer
          ? `Flux's controllers run in home ${this.home.name} (${writer}); it is observed only until they are gone`
          : `Flux's controllers are gone from home ${this.home.name}; it is in mode ${this.home.mode} again`,
      );
    }
    return changed;
  }
}
