import { LoggerService } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  Entity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { isError } from '@backstage/errors';
import { ScmIntegrations } from '@backstage/integration';
import {
  CatalogErrorReceipt,
  CatalogErrorReport,
} from '@backstage-gitops/plugin-gitops-common';
import { isGitopsEntity } from '../entity/isGitopsEntity';
import { describeError } from './describeError';
import { locationTargets } from './locationTargets';

type Told = CatalogErrorReport['errors'][number];
type Resolved = CatalogErrorReport['resolved'][number];

/** What {@link CatalogErrorReporter} is made of. */
export interface CatalogErrorReporterOptions {
  /** Hands a report to the gitops plugin. */
  send: (report: CatalogErrorReport) => Promise<CatalogErrorReceipt>;
  integrations: Pick<ScmIntegrations, 'resolveUrl'>;
  /** How often the catalog looks at an entity, at least. */
  processingIntervalSeconds: number;
  logger: LoggerService;
  now?: () => number;
  /** Calls back later; returns how not to. Default: `setTimeout`, unreferenced. */
  after?: (ms: number, run: () => void) => () => void;
}

/** An entity that the catalog has processed lately. */
interface Known {
  isLocation: boolean;
  /** The files that it is about. */
  locations: string[];
  /** An error was told of it, and not yet taken back. */
  hasFailed: boolean;
  /** It passed since; unless it fails again at once, that error is over. */
  stopSettling?: () => void;
}

/** A name that a file could not have. */
interface Conflict {
  entityRef: string;
  location: string;
  /** When the catalog said so last, in ms since the epoch. */
  at: number;
}

/** A burst of errors goes in few requests. */
const COLLECT_MS = 1_000;
const RETRY_MS = 15_000;
/** The catalog publishes the errors of an entity a few queries after its last processor. */
const SETTLE_MS = 10_000;
/** An error that is not said again for so many intervals is over. */
const INTERVALS = 3;
/** That a name is taken is said again at least so often; see `retryKey`. */
const CONFLICT_INTERVALS = 6;
/** So that a report fits into a request of 16 kB. */
const BATCH = 5;
const MOST_KNOWN = 50_000;

/**
 * Tells the gitops plugin what the catalog could not take of registered files:
 * a file that was never read has no entity that could show it, and the
 * catalog's own errors go nowhere but into its log.
 */
export class CatalogErrorReporter {
  private readonly options: Required<CatalogErrorReporterOptions>;
  private readonly known = new Map<string, Known>();
  /** Names that could not be had, by entity and file. */
  private readonly conflicts = new Map<string, Conflict>();
  private readonly errors = new Map<string, Told[]>();
  private readonly resolved = new Map<string, Resolved>();
  private cancelFlush: (() => void) | undefined;
  private outage: string | undefined;

  constructor(options: CatalogErrorReporterOptions) {
    this.options = { now: Date.now, after: afterUnreferenced, ...options };
  }

  /** The catalog begins to process an entity. */
  begins(entity: Entity): void {
    const isLocation = isLocationEntity(entity);
    if (!isLocation && !isGitopsEntity(entity)) {
      return;
    }
    const ref = stringifyEntityRef(entity);
    const own = entity.metadata.annotations?.[ANNOTATION_LOCATION];
    const before = this.known.get(ref);
    this.known.delete(ref);
    this.known.set(ref, {
      hasFailed: false,
      ...before,
      isLocation,
      locations: isLocation
        ? locationTargets(entity, this.options.integrations)
        : [own ?? ''].filter(Boolean),
    });
    if (this.known.size > MOST_KNOWN) {
      this.known.delete(this.known.keys().next().value!);
    }
  }

  /**
   * No processor threw. Errors that were emitted on the way, as of files that
   * could not be read, are published after this.
   */
  passed(entity: Entity): void {
    const ref = stringifyEntityRef(entity);
    const known = this.known.get(ref);
    if (!known) {
      return;
    }
    if (!known.isLocation) {
      for (const location of known.locations) {
        if (this.conflicts.delete(conflictOf(ref, location))) {
          this.resolve({ entityRef: ref, location });
        }
      }
    }
    if (known.hasFailed) {
      known.stopSettling?.();
      known.stopSettling = this.options.after(SETTLE_MS, () => {
        known.stopSettling = undefined;
        known.hasFailed = false;
        this.resolve({ entityRef: ref });
      });
    }
  }

  /** Takes the payload of an event `experimental.catalog.errors`. */
  failed(payload: unknown): void {
    const { entity: ref, errors } = asRecord(payload);
    const known = typeof ref === 'string' ? this.known.get(ref) : undefined;
    if (typeof ref !== 'string' || !known || !Array.isArray(errors)) {
      return;
    }
    known.stopSettling?.();
    known.stopSettling = undefined;
    known.hasFailed = true;
    const message = describeError(errors[0]);
    this.resolved.delete(ref);
    this.errors.set(
      ref,
      known.locations.map(location => ({
        entityRef: ref,
        location,
        code: codeOf(known, message),
        message,
        validForSeconds: INTERVALS * this.options.processingIntervalSeconds,
      })),
    );
    this.flushAfter(COLLECT_MS);
  }

  /** Takes the payload of an event `experimental.catalog.conflict`. */
  conflicted(payload: unknown): void {
    const {
      unprocessedEntity,
      entityRef,
      newLocationKey,
      existingLocationKey,
    } = asRecord(payload);
    if (
      !isGitopsEntity({
        apiVersion: String(asRecord(unprocessedEntity).apiVersion),
      }) ||
      typeof entityRef !== 'string' ||
      typeof newLocationKey !== 'string'
    ) {
      return;
    }
    this.conflicts.set(conflictOf(entityRef, newLocationKey), {
      entityRef,
      location: newLocationKey,
      at: this.options.now(),
    });
    this.nameTaken({
      entityRef,
      location: newLocationKey,
      from: String(existingLocationKey),
      validForSeconds:
        CONFLICT_INTERVALS * this.options.processingIntervalSeconds,
    });
  }

  /** The catalog has an entity of this name from elsewhere. */
  nameTaken(clash: {
    entityRef: string;
    /** Where the one comes from that could not have it. */
    location: string;
    from: string;
    validForSeconds: number;
  }): void {
    const { entityRef, location, from, validForSeconds } = clash;
    const key = conflictOf(entityRef, location);
    this.resolved.delete(key);
    this.errors.set(key, [
      {
        entityRef,
        location,
        code: 'NameTaken',
        message: `${entityRef} is in the catalog already, from ${from}; the first one stays`,
        validForSeconds,
      },
    ]);
    this.flushAfter(COLLECT_MS);
  }

  /** It has no more. */
  nameFree(resolved: { entityRef: string; location: string }): void {
    this.resolve(resolved);
  }

  /** The files that could not have the name of an entity. */
  rivalsOf(entityRef: string): string[] {
    return [...this.conflicts.values()]
      .filter(conflict => conflict.entityRef === entityRef)
      .map(({ location }) => location);
  }

  /**
   * The catalog tries again to take what a location brings in only when something
   * about the location has changed (plugin-catalog-backend 4.0). While names of
   * its files were taken at the last try, this gives something that does.
   */
  retryKey(entity: Entity): string | undefined {
    if (!isLocationEntity(entity)) {
      return undefined;
    }
    const known = this.known.get(stringifyEntityRef(entity));
    const now = this.options.now();
    const since = now - 2_000 * this.options.processingIntervalSeconds;
    const isPending = [...this.conflicts].some(([key, { location, at }]) => {
      if (at < since) {
        // It was not said again: nobody wants the name any more.
        this.conflicts.delete(key);
        return false;
      }
      return known?.locations.some(
        target => target === location || target.includes('*'),
      );
    });
    return isPending ? `gitops-name-taken:${now}` : undefined;
  }

  private resolve(resolved: Resolved): void {
    const key = resolved.location
      ? conflictOf(resolved.entityRef, resolved.location)
      : resolved.entityRef;
    this.errors.delete(key);
    this.resolved.set(key, resolved);
    this.flushAfter(COLLECT_MS);
  }

  private flushAfter(ms: number): void {
    this.cancelFlush ??= this.options.after(ms, () => {
      void this.flush();
    });
  }

  /** What could not be sent is sent again, unless it is out of date by then. */
  private async flush(): Promise<void> {
    const { send, logger } = this.options;
    const errors = [...this.errors];
    const resolved = [...this.resolved];
    this.errors.clear();
    this.resolved.clear();
    try {
      // What is said of one entity goes in one report: it replaces what was said.
      while (errors.length > 0 || resolved.length > 0) {
        await send({
          errors: (errors[0]?.[1] ?? []).slice(0, BATCH),
          resolved: resolved.slice(0, BATCH).map(([, entry]) => entry),
        });
        errors.shift();
        resolved.splice(0, BATCH);
      }
      this.outage = undefined;
      this.cancelFlush = undefined;
      if (this.errors.size + this.resolved.size > 0) {
        this.flushAfter(COLLECT_MS);
      }
    } catch (error) {
      this.keep(errors, resolved);
      const message = isError(error) ? error.message : String(error);
      if (this.outage !== message) {
        this.outage = message;
        logger.warn(
          `The gitops plugin could not be told of errors in registered files; it is tried again: ${message}`,
        );
      }
      this.cancelFlush = undefined;
      this.flushAfter(RETRY_MS);
    }
  }

  private keep(errors: [string, Told[]][], resolved: [string, Resolved][]) {
    const isNewer = (key: string) =>
      this.errors.has(key) || this.resolved.has(key);
    errors.forEach(([key, told]) => isNewer(key) || this.errors.set(key, told));
    resolved.forEach(
      ([key, entry]) => isNewer(key) || this.resolved.set(key, entry),
    );
  }
}

function codeOf({ isLocation }: Known, message: string): Told['code'] {
  if (!isLocation) {
    return 'EntityRejected';
  }
  return message.startsWith('Unable to read ')
    ? 'LocationUnreadable'
    : 'FileRejected';
}

function isLocationEntity({ apiVersion, kind }: Entity): boolean {
  return kind === 'Location' && apiVersion.startsWith('backstage.io/');
}

function conflictOf(entityRef: string, location: string): string {
  return `${entityRef} ${location}`;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : {};
}

function afterUnreferenced(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
