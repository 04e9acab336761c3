import { LoggerService } from '@backstage/backend-plugin-api';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  Controller,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import { controllerOf } from './fluxControllers';
import { Home } from './Home';
import { isForbidden, Lease, LeaseObserver } from './Lease';

const LEASE_SUFFIX = '-leader-election';
const DEPLOYMENTS = 'app.kubernetes.io/part-of=flux';
const DEPLOYMENTS_EVERY_MS = 30_000;

/** Flux waits no longer than this before it tries a failed object again. */
const WRITE_COUNTS_MS = 15 * 60_000;

/** People who correct a status by hand are no controller. */
const PEOPLE = /^kubectl/;

type Deployment = KubernetesObject & { status?: { readyReplicas?: number } };

/**
 * Looks whether somebody else reconciles the objects of a home: Flux's
 * controllers, by the Leases with which they elect their leaders and by their
 * Deployments, in any namespace; and whoever writes a status that is not ours
 * while we watch. Two that reconcile the same objects would fight; so where
 * another one does, we only observe.
 */
export class OtherWriters {
  private readonly home: Home;
  private readonly logger: LoggerService;
  private readonly monotonic: () => number;
  private readonly leases: LeaseObserver;
  private readonly written = new Map<Controller, { by: string; at: number }>();
  private deployed: { at: number; names: readonly string[] } | undefined;
  private readonly warned = new Set<string>();
  private said = '';

  constructor(options: {
    home: Home;
    logger: LoggerService;
    monotonic?: () => number;
  }) {
    this.home = options.home;
    this.logger = options.logger;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.leases = new LeaseObserver({ monotonic: this.monotonic });
  }

  /**
   * Looks at the Leases of the home, undefined where they may not be listed, and
   * for Deployments, and tells the home.
   */
  async check(
    leases: readonly Lease[] | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!leases) {
      this.warnOnce('leases');
    }
    const found = new Set([
      ...this.holders(leases ?? []),
      ...(await this.deployments(signal)),
    ]);
    const writers = new Map<Controller, string[]>();
    const add = (controller: Controller, writer: string) =>
      writers.set(controller, [...(writers.get(controller) ?? []), writer]);
    for (const name of [...found].sort()) {
      const controller = controllerOf(name.slice(name.indexOf('/') + 1));
      if (controller) {
        add(controller, name);
      }
    }
    for (const [controller, { by, at }] of this.written) {
      if (this.monotonic() - at >= WRITE_COUNTS_MS) {
        this.written.delete(controller);
      } else if (!writers.has(controller)) {
        add(controller, `${by}, which writes status`);
      }
    }
    this.home.setOtherWriters(
      new Map(
        [...writers].map(([controller, names]) => [
          controller,
          names.join(', '),
        ]),
      ),
    );
    this.tell([...writers.values()].flat().join(', '));
  }

  /** Notes when somebody else has written the status of an object that we watch. */
  noteChange(
    controller: Controller,
    before: GitopsObject,
    after: GitopsObject,
  ): void {
    const known = statusWrites(before);
    for (const [manager, time] of statusWrites(after)) {
      if (
        manager !== this.home.statusManager &&
        !PEOPLE.test(manager) &&
        known.get(manager) !== time
      ) {
        this.written.set(controller, { by: manager, at: this.monotonic() });
      }
    }
  }

  private holders(leases: readonly Lease[]): string[] {
    return leases.flatMap(lease => {
      const { name, namespace } = lease.metadata;
      // Shards have a hash behind the name.
      const end = name.indexOf(LEASE_SUFFIX);
      const holder = name.slice(0, Math.max(end, 0));
      return controllerOf(holder) && this.leases.isAlive(lease)
        ? `${namespace}/${holder}`
        : [];
    });
  }

  private async deployments(signal?: AbortSignal): Promise<readonly string[]> {
    const now = this.monotonic();
    if (this.deployed && now - this.deployed.at < DEPLOYMENTS_EVERY_MS) {
      return this.deployed.names;
    }
    let names: string[] = [];
    try {
      const { items } = await this.home.client.list<Deployment>({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        labelSelector: DEPLOYMENTS,
        signal,
      });
      names = items
        .filter(({ status }) => Number(status?.readyReplicas ?? 0) > 0)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      this.warned.delete('deployments');
    } catch (error) {
      if (!isForbidden(error)) {
        throw error;
      }
      this.warnOnce('deployments');
    }
    this.deployed = { at: now, names };
    return names;
  }

  private warnOnce(what: string): void {
    if (!this.warned.has(what)) {
      this.warned.add(what);
      this.logger.warn(
        `Whether Flux's controllers run in home ${this.home.name} cannot be seen by their ${what}; let the credential list ${what} in all namespaces, or make sure that none runs`,
      );
    }
  }

  private tell(writers: string): void {
    if (writers === this.said) {
      return;
    }
    this.said = writers;
    this.logger.warn(
      writers
        ? `Home ${this.home.name} is reconciled by others (${writers}); what they reconcile is observed only until they are gone`
        : `Home ${this.home.name} is reconciled by nobody else any more`,
    );
  }
}

/** When each field manager last wrote the status, as the API server says. */
function statusWrites({ metadata }: GitopsObject): Map<string, string> {
  const fields = metadata.managedFields as
    { manager?: string; subresource?: string; time?: string }[] | undefined;
  return new Map(
    (fields ?? [])
      .filter(({ subresource }) => subresource === 'status')
      .map(({ manager, time }) => [manager ?? '', time ?? '']),
  );
}
