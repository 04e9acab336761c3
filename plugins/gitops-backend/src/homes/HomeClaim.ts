import { randomUUID } from 'node:crypto';
import { LoggerService } from '@backstage/backend-plugin-api';
import { assertError } from '@backstage/errors';
import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import { Home, Tenure } from './Home';
import { HomeClaimStore } from './HomeClaimStore';
import { isForbidden, Lease, LEASE_KIND, LeaseObserver } from './Lease';

/** Name of the Lease by which a portal claims a home. */
export const CLAIM_LEASE = 'backstage-gitops';
const RENEWAL = 'backstage-gitops.io/renewal';
const MANAGER = 'backstage-gitops';
const CONFLICTS = 5;

/** What {@link HomeClaim} is made of. */
export interface HomeClaimOptions {
  home: Home;
  store: HomeClaimStore;
  /** Address of this portal's plugin; the same for all of its replicas. */
  baseUrl: string;
  /** Namespace of the Lease. */
  namespace: string;
  /** How long a claim lives that nobody renews. */
  leaseMs: number;
  logger: LoggerService;
  monotonic?: () => number;
  newId?: () => string;
}

/** Whose a Lease is, as far as this portal can tell. */
type Standing = 'ours' | 'free' | 'foreign';

/**
 * The claim of this portal, all its replicas together, on one home: a Lease
 * there. It is ours where it names our address and a renewal that our database
 * knows, which a copy of the database does not. Each replica renews it for
 * itself, and may write only for two thirds of its duration since it last did.
 */
export class HomeClaim implements Tenure {
  private readonly options: HomeClaimOptions;
  private readonly monotonic: () => number;
  private readonly newId: () => string;
  private readonly replica: string;
  private readonly observer: LeaseObserver;
  private heldUntil = -Infinity;
  private taken = 0;
  private why = 'this portal has not claimed the home yet';

  constructor(options: HomeClaimOptions) {
    this.options = options;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.newId = options.newId ?? randomUUID;
    this.replica = this.newId();
    this.observer = new LeaseObserver({ monotonic: this.monotonic });
  }

  get isHeld(): boolean {
    return this.monotonic() < this.heldUntil;
  }

  /** How often the claim was made after a time without one. */
  get terms(): number {
    return this.taken;
  }

  /** Why it is not held. */
  get reason(): string {
    return this.why;
  }

  /** Namespace of the Lease. */
  get namespace(): string {
    return this.options.namespace;
  }

  /** Claims the home, or renews the claim. `leases` are those of the home. */
  async renew(leases: readonly Lease[], signal?: AbortSignal): Promise<void> {
    const { home, namespace } = this.options;
    const named = leases.filter(
      ({ metadata }) => metadata.name === CLAIM_LEASE,
    );
    let own = named.find(({ metadata }) => metadata.namespace === namespace);
    try {
      for (const lease of named) {
        if (
          lease !== own &&
          (await this.standingOf(lease)) === 'foreign' &&
          !(this.isHeld && isOlder(own, lease))
        ) {
          this.yieldTo(lease);
          return;
        }
      }
      for (let conflicts = 0; ; conflicts++) {
        const standing = own ? await this.standingOf(own) : 'free';
        if (own && standing === 'foreign') {
          this.yieldTo(own);
          return;
        }
        const startedAt = this.monotonic();
        const written = await this.write(own, standing, signal);
        if (written) {
          this.take(startedAt, standing);
          return;
        }
        if (conflicts >= CONFLICTS) {
          this.fail('others write its Lease all the time');
          return;
        }
        own = await this.read(signal);
      }
    } catch (error) {
      assertError(error);
      this.fail(
        isForbidden(error)
          ? `the credential may not write the Lease ${namespace}/${CLAIM_LEASE}; let it get, create and update leases (coordination.k8s.io) there, and list them in all namespaces`
          : `the claim could not be renewed: ${error.message}`,
      );
      home.setOtherWriter(undefined);
    }
  }

  /** The Lease of this portal in the home. */
  async read(signal?: AbortSignal): Promise<Lease | undefined> {
    const { home, namespace } = this.options;
    return home.client.get<Lease>(
      { ...LEASE_KIND, namespace, name: CLAIM_LEASE },
      { signal },
    );
  }

  /** Writes nothing more; the Lease runs out. */
  suspend(reason: string): void {
    this.heldUntil = -Infinity;
    this.why = reason;
  }

  /** Lets go of the Lease, unless other replicas of this portal need it. */
  async release(): Promise<void> {
    const { home, store, leaseMs } = this.options;
    const held = this.isHeld;
    this.suspend('this process ends');
    const others = await store.leave({
      home: home.name,
      replica: this.replica,
      withinMs: 2 * leaseMs,
    });
    if (!held || others) {
      return;
    }
    const lease = await this.read();
    if (!lease?.spec || (await this.standingOf(lease)) !== 'ours') {
      return;
    }
    const { holderIdentity: _, ...spec } = lease.spec;
    try {
      await home.client.replace({ ...lease, spec } as Lease, {
        fieldManager: MANAGER,
      });
    } catch (error) {
      // Another replica has begun to renew it; it is not for us to end.
      if (!isConflict(error)) {
        throw error;
      }
    }
  }

  /** Gives whether the Lease is as written; false where somebody was faster. */
  private async write(
    lease: Lease | undefined,
    standing: Standing,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { home, store, namespace, leaseMs, baseUrl } = this.options;
    const renewal = this.newId();
    await store.begin({
      home: home.name,
      replica: this.replica,
      renewal,
      over: standing === 'ours' ? renewalOf(lease) : undefined,
    });
    // For people; nobody decides by it.
    const now = new Date().toISOString().replace('Z', '000Z');
    const kept = standing === 'ours' ? lease?.spec : undefined;
    const before = Number(lease?.spec?.leaseTransitions ?? -1);
    const claim: Lease = {
      ...LEASE_KIND,
      metadata: {
        ...lease?.metadata,
        name: CLAIM_LEASE,
        namespace,
        annotations: { ...lease?.metadata.annotations, [RENEWAL]: renewal },
      },
      spec: {
        ...lease?.spec,
        holderIdentity: kept?.holderIdentity ?? `${baseUrl} ${this.newId()}`,
        leaseDurationSeconds: Math.ceil(leaseMs / 1_000),
        acquireTime: kept?.acquireTime ?? now,
        renewTime: now,
        leaseTransitions: kept ? before : before + 1,
      },
    };
    try {
      await (lease
        ? home.client.replace(claim, { fieldManager: MANAGER, signal })
        : home.client.create(claim, { fieldManager: MANAGER, signal }));
      return true;
    } catch (error) {
      if (isConflict(error)) {
        return false;
      }
      throw error;
    }
  }

  private async standingOf(lease: Lease): Promise<Standing> {
    const { home, store, baseUrl } = this.options;
    const alive = this.observer.isAlive(lease);
    const holder = lease.spec?.holderIdentity;
    if (!holder) {
      return 'free';
    }
    const renewal = renewalOf(lease);
    if (
      addressOf(holder) === baseUrl &&
      renewal &&
      (await store.knows(home.name, renewal))
    ) {
      return 'ours';
    }
    return alive ? 'foreign' : 'free';
  }

  private take(startedAt: number, standing: Standing): void {
    const { home, leaseMs, logger } = this.options;
    const wasHeld = this.isHeld;
    this.heldUntil = startedAt + (leaseMs * 2) / 3;
    this.why = 'the claim of this portal on the home was not renewed in time';
    home.setOtherWriter(undefined);
    if (!wasHeld) {
      this.taken += 1;
      logger.info(
        standing === 'ours'
          ? `Home ${home.name} is claimed by this portal already`
          : `Home ${home.name} is claimed by this portal from now on`,
      );
    }
  }

  private yieldTo({ metadata, spec }: Lease): void {
    const { home, baseUrl, logger } = this.options;
    const address = addressOf(spec?.holderIdentity ?? '');
    const portal =
      address === baseUrl
        ? `a portal of the same address (${address}) that has another database`
        : `the portal ${address}`;
    const reason = `${portal}, by the Lease ${metadata.namespace}/${metadata.name}`;
    if (this.why !== reason) {
      logger.warn(
        `Home ${home.name} is claimed by ${reason}; it is observed only until that ends`,
      );
    }
    this.suspend(reason);
    home.setOtherWriter(reason);
  }

  /** What was claimed stays so until its time is over. */
  private fail(reason: string): void {
    const { home, logger } = this.options;
    if (this.why !== reason) {
      logger.warn(`Home ${home.name} is not claimed: ${reason}`);
    }
    this.why = reason;
  }
}

function renewalOf(lease: Lease | undefined): string | undefined {
  return lease?.metadata.annotations?.[RENEWAL];
}

/** Address of the portal that holds a Lease. */
export function addressOf(holder: string): string {
  return holder.split(' ', 1)[0];
}

/** Two that were claimed at once in two namespaces: both see the same order. */
function isOlder(own: Lease | undefined, other: Lease): boolean {
  const orderOf = ({ metadata }: Lease) =>
    `${metadata.creationTimestamp} ${metadata.uid}`;
  return own !== undefined && orderOf(own) < orderOf(other);
}

function isConflict(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 409;
}
