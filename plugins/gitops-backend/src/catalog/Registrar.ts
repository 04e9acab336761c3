import {
  LoggerService,
  SchedulerService,
  UrlReaderService,
} from '@backstage/backend-plugin-api';
import { backoffDelay, jitter } from '../engine/queue/backoff';
import { Homes } from '../homes/Homes';
import { mapConcurrent } from '../util/mapConcurrent';
import { ApprovalStore } from './ApprovalStore';
import { CatalogEntities } from './CatalogEntities';
import {
  CatalogError,
  CatalogErrorStore,
  errorOfFile,
} from './CatalogErrorStore';
import { Approval, approvalOfObject } from './Approval';
import { deliver } from './deliver';
import { ManifestFiles } from './ManifestFiles';
import { CatalogConfig, policyDigest } from './readCatalogConfig';
import { Decision, Registration } from './Registration';
import { RegistrationStore } from './RegistrationStore';
import { syncRegistrations } from './syncRegistrations';
import { showLocation } from './showLocation';
import { tendOrphan } from './tendOrphan';

/** What {@link Registrar} is made of. */
export interface RegistrarOptions {
  config: CatalogConfig;
  entities: CatalogEntities;
  reader: Pick<UrlReaderService, 'readUrl'>;
  homes: Homes;
  store: RegistrationStore;
  errors: Pick<CatalogErrorStore, 'list'>;
  approvals: Pick<ApprovalStore, 'get' | 'set'>;
  scheduler: Pick<SchedulerService, 'scheduleTask'>;
  logger: LoggerService;
  now?: () => number;
  random?: () => number;
}

const BATCH = 100;
const CONCURRENCY = 4;
/** Longer than reading a file and applying an object may take. */
const LEASE_MS = 2 * 60_000;
const TASK_SECONDS = 30;
/** Soon enough for whoever has just pushed, seldom enough for a host that is down. */
const RETRY = { minMs: 2_000, maxMs: 5 * 60_000 };
const CATALOG_RETRY = { minMs: 2_000, maxMs: 60_000 };

/**
 * Brings manifests that are registered in the catalog to their homes. Any number
 * of replicas do so together: what is due is claimed row by row. An outage of
 * the catalog, of a location or of a home changes nothing but messages.
 */
export class Registrar {
  private readonly options: Required<RegistrarOptions>;
  private readonly policy: string;
  private readonly stopping = new AbortController();
  private underWay: Promise<void> | undefined;
  private loop: Promise<void> | undefined;
  private outage: string | undefined;
  private failures = 0;
  private syncedAt: number | undefined;

  constructor(options: RegistrarOptions) {
    this.options = { now: Date.now, random: Math.random, ...options };
    this.policy = policyDigest(options.config);
  }

  async start(): Promise<void> {
    this.loop = this.repeat();
    await this.options.scheduler.scheduleTask({
      id: 'gitops-catalog',
      scope: 'local',
      frequency: { seconds: TASK_SECONDS },
      timeout: { minutes: 15 },
      signal: this.stopping.signal,
      fn: () => this.run(),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await this.underWay;
  }

  /**
   * Asks the catalog and works on all that is due; joins the run that is under
   * way, if there is one. Never rejects.
   */
  run(): Promise<void> {
    this.underWay ??= this.runOnce().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /** Whether what is registered is known: the catalog has answered once. */
  get hasSynced(): boolean {
    return this.syncedAt !== undefined;
  }

  /** When the catalog answered last, in ms since the epoch. */
  get lastSyncAt(): number | undefined {
    return this.syncedAt;
  }

  private async repeat(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.run();
      const delay =
        this.failures > 0
          ? backoffDelay(this.failures, CATALOG_RETRY)
          : this.options.config.pollMs;
      await pause(delay, signal);
    }
  }

  private async runOnce(): Promise<void> {
    await this.sync();
    try {
      await this.work();
    } catch (error) {
      this.options.logger.error(
        'Registered manifests could not be worked on',
        error as Error,
      );
    }
  }

  private async sync(): Promise<void> {
    const { config, entities, store, logger, now } = this.options;
    try {
      const orphaned = await syncRegistrations({
        entities,
        store,
        policy: this.policy,
        orphanAfterMs: config.orphanAfterMs,
        now,
      });
      this.syncedAt = now();
      for (const { message } of orphaned) {
        logger.warn(`Orphaned: ${message}`);
      }
      if (this.outage) {
        logger.info('The catalog answers again');
      }
      this.outage = undefined;
      this.failures = 0;
    } catch (error) {
      this.failures++;
      const message = String(error);
      if (this.outage !== message) {
        this.outage = message;
        logger.warn(
          `The catalog could not be asked for registered manifests; what is registered stays as it is: ${message}`,
        );
      }
    }
  }

  private async work(): Promise<void> {
    const { config, errors, reader, store } = this.options;
    const { signal } = this.stopping;
    for (;;) {
      // Counted from before the claim, so that it ends here no later than there.
      const until = performance.now() + LEASE_MS;
      const beforeWrite = () => {
        if (performance.now() >= until) {
          throw new Error(
            'it took too long, and is repeated by whoever takes it next',
          );
        }
      };
      const due = await store.claim({ limit: BATCH, leaseMs: LEASE_MS });
      if (due.length === 0 || signal.aborted) {
        return;
      }
      const files = new ManifestFiles({
        reader,
        allowFileLocations: config.allowFileLocations,
      });
      const rejected = await errors.list();
      await mapConcurrent(due, CONCURRENCY, registration =>
        this.workOn(registration, files, rejected, beforeWrite),
      );
    }
  }

  private async workOn(
    registration: Registration,
    files: ManifestFiles,
    rejected: readonly CatalogError[],
    beforeWrite: () => void,
  ): Promise<void> {
    const { config, homes, store } = this.options;
    const { signal } = this.stopping;
    if (signal.aborted) {
      return;
    }
    if (registration.state === 'Orphaned') {
      await this.tend(registration);
      return;
    }
    const delivered = await deliver({
      manifest: registration,
      files,
      homes,
      config,
      approval: await this.approvalOf(registration),
      beforeWrite,
      signal,
    });
    if (signal.aborted) {
      // Not its failure; the lease ends by itself.
      return;
    }
    const decision = withCatalogError(
      delivered,
      errorOfFile(rejected, registration.location),
    );
    await store.finish(
      registration,
      decision,
      this.next(registration, decision),
    );
    this.tell(registration, decision);
  }

  private async tend(registration: Registration): Promise<void> {
    const { config, homes, store, logger, now } = this.options;
    const outcome = await tendOrphan({
      registration,
      store,
      homes,
      config,
      now: now(),
      signal: this.stopping.signal,
    });
    if (outcome === 'gone') {
      await store.remove(registration);
      logger.info(
        `${registration.entityRef} is no longer registered, and its object is gone`,
      );
      return;
    }
    const { decision, dueAt } = outcome;
    if (!decision) {
      await store.postpone(registration, dueAt);
      return;
    }
    await store.finish(registration, decision, { dueAt, failures: 0 });
    this.tell(registration, decision);
  }

  /** After the loss of the database, what the object in its home says. */
  private async approvalOf(
    registration: Registration,
  ): Promise<Approval | undefined> {
    const { approvals, homes } = this.options;
    const { entityRef, home, kind, namespace, name } = registration;
    const stored = await approvals.get(entityRef);
    if (stored || !home) {
      return stored;
    }
    const there = homes.find(home)?.cache.get({ kind, namespace, name });
    const found = approvalOfObject(there);
    if (found) {
      await approvals.set(entityRef, found);
    }
    return found;
  }

  private next(
    { failures }: Registration,
    { state }: Decision,
  ): { dueAt: number; failures: number } {
    const { config, now, random } = this.options;
    if (state === 'Failed' || state === 'ManifestStale') {
      return {
        dueAt: now() + backoffDelay(failures + 1, RETRY),
        failures: failures + 1,
      };
    }
    return { dueAt: now() + jitter(config.resyncMs, random), failures: 0 };
  }

  /** Says what changed, once. */
  private tell(before: Registration, decision: Decision): void {
    const { logger } = this.options;
    const { state, message } = decision;
    if (
      before.state === state &&
      before.message === message &&
      before.appliedDigest === before.digest
    ) {
      return;
    }
    if (state === 'Applied') {
      logger.info(
        `Applied ${before.entityRef} of ${showLocation(before.location)} to home ${before.home}`,
      );
    } else if (before.state !== state || before.message !== message) {
      logger.warn(
        `${state}: ${before.entityRef} of ${showLocation(before.location)}: ${message}`,
      );
    }
  }
}

/** So that "Applied" never hides an edit that the catalog ignores. */
function withCatalogError(
  decision: Decision,
  error: CatalogError | undefined,
): Decision {
  if (
    !error ||
    !(decision.state === 'Applied' || decision.state === 'ManifestStale')
  ) {
    return decision;
  }
  const why =
    error.code === 'LocationUnreadable'
      ? 'the catalog cannot read the file'
      : 'the catalog rejects the file as a whole';
  return {
    ...decision,
    state: 'ManifestStale',
    code: 'CatalogRejected',
    message: `${why}: ${error.message}; what was applied before stays as it is`,
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    timer.unref();
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
