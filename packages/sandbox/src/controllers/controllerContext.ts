import { ApiError } from '../api/apiError';
import type { JsonObject } from '../json/value';
import { asObject, asString, equal } from '../json/value';
import type { KindRegistry } from '../kinds/registry';
import type { Resource } from '../kinds/resource';
import { apiVersionOf, versionOf } from '../kinds/resource';
import type { SandboxLogger } from '../logger';
import type { ObjectWriter } from '../objects/objectWriter';
import { apiTime } from '../objects/objectWriter';
import type {
  DeleteOptions,
  Target,
  WriteOptions,
} from '../objects/writeRequest';
import type { Change, ObjectStore } from '../storage/objectStore';
import type { Clock } from './clock';
import { EventRecorder } from './eventRecorder';
import { controllerOf, uidOf } from './objects';
import { OrphanIndex } from './orphanIndex';
import { OwnerIndex } from './ownerIndex';
import { Reconcilers } from './reconcilers';
import { WorkQueue } from './workQueue';

/** A part of the simulated control plane. */
export interface Controller {
  /** Looks at a change and does what follows from it. */
  onChange(change: Change): void;
}

const ADOPTABLE = new Set([
  '/pods',
  'apps/replicasets',
  'apps/controllerrevisions',
  'batch/jobs',
]);

type Served = NonNullable<ReturnType<KindRegistry['findKind']>>;

/** What controllers work with. */
export interface ControllerContextOptions {
  writer: ObjectWriter;
  registry: KindRegistry;
  clock: Clock;
  logger?: SandboxLogger;
}

/** How controllers read, write, report and are called. */
export class ControllerContext {
  readonly writer: ObjectWriter;
  readonly registry: KindRegistry;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly owners: OwnerIndex;
  readonly orphans: OrphanIndex;
  readonly queue: WorkQueue;
  readonly reconcilers: Reconcilers;
  readonly events: EventRecorder;
  private readonly kinds = new Map<string, Served | undefined>();
  private kindsOf = -1;

  constructor({ writer, registry, clock, logger }: ControllerContextOptions) {
    this.writer = writer;
    this.registry = registry;
    this.clock = clock;
    this.store = writer.store;
    this.owners = new OwnerIndex(this.store);
    this.orphans = new OrphanIndex(this.store, ADOPTABLE);
    this.queue = new WorkQueue({
      clock,
      onError: error =>
        logger?.error(`A simulated controller failed: ${stackOf(error)}`),
    });
    this.reconcilers = new Reconcilers(this);
    this.events = new EventRecorder(this);
  }

  /** The time in milliseconds. */
  get time(): number {
    return this.clock.now().getTime();
  }

  /** The time as the API writes it. */
  get apiNow(): string {
    return apiTime(this.clock.now());
  }

  /** The target of a stored object; undefined when its kind is not served any more. */
  targetOf(object: JsonObject, subresource = ''): Target | undefined {
    const found = this.served(
      asString(object.apiVersion) ?? '',
      asString(object.kind) ?? '',
    );
    return found && { ...found, ...namesOf(object), subresource };
  }

  /** The target of an object of a resource in its storage version. */
  target(
    resource: Resource,
    object: JsonObject,
    subresource = '',
  ): Target | undefined {
    const version = versionOf(resource, resource.storageVersion);
    return version && { resource, version, ...namesOf(object), subresource };
  }

  /** Creates an object unless it exists. */
  ensure(object: JsonObject, manager: string): void {
    const target = this.targetOf(object);
    if (!target || this.writer.find(target)) return;
    this.writer.create(target, object, controllerOptions(manager));
  }

  /** Creates an object. @throws ApiError where the API refuses it */
  create(object: JsonObject, manager: string): JsonObject {
    return this.writer.create(
      { ...this.requiredTarget(object), name: '' },
      object,
      controllerOptions(manager),
    );
  }

  /** Writes an object as it shall be now. @throws ApiError where the API refuses it */
  update(live: JsonObject, next: JsonObject, manager: string): JsonObject {
    return this.writer.update(
      this.requiredTarget(live),
      live,
      next,
      controllerOptions(manager),
    );
  }

  /** Writes a status, as a controller of the given name. */
  writeStatus(live: JsonObject, status: JsonObject, manager: string): void {
    if (equal(live.status, status)) return;
    const target = this.targetOf(live, 'status');
    if (!target) return;
    this.writer.update(
      target,
      live,
      { ...live, status },
      controllerOptions(manager),
    );
  }

  /** Deletes an object unless it is gone already. Returns whether it is deleted. */
  delete(
    object: JsonObject,
    options: Omit<DeleteOptions, 'dryRun'> = {},
  ): boolean {
    const live = this.current(object);
    const target = live && this.targetOf(live);
    if (!live || !target) return false;
    return this.attempt(() =>
      this.writer.delete(target, { ...options, dryRun: false }),
    );
  }

  /** The object as it is now; undefined when it is gone or another one has its name. */
  current(object: JsonObject): JsonObject | undefined {
    const target = this.targetOf(object);
    const live = target && this.writer.find(target);
    return live && asObject(live.metadata).uid === asObject(object.metadata).uid
      ? live
      : undefined;
  }

  /** What an object controls, of one storage, in the order of creation. */
  controlled(owner: JsonObject, storage: string): JsonObject[] {
    const uid = uidOf(owner);
    return this.owners
      .dependents(uid, storage)
      .filter(object => controllerOf(object)?.uid === uid);
  }

  /** Runs a write that may lose a race; the change that won brings the controller back. Returns whether it was done. */
  attempt(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false;
    }
  }

  private served(apiVersion: string, kind: string): Served | undefined {
    if (this.kindsOf !== this.registry.generation) {
      this.kinds.clear();
      this.kindsOf = this.registry.generation;
    }
    const id = `${apiVersion} ${kind}`;
    if (!this.kinds.has(id)) {
      this.kinds.set(id, this.registry.findKind(apiVersion, kind));
    }
    return this.kinds.get(id);
  }

  private requiredTarget(object: JsonObject): Target {
    const target = this.targetOf(object);
    if (!target) {
      throw new Error(
        `${String(object.apiVersion)} ${String(object.kind)} is not served`,
      );
    }
    return target;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? error.message)
    : String(error);
}

/** Options of a controller's writes. */
export function controllerOptions(manager: string): WriteOptions {
  return {
    dryRun: false,
    fieldManager: manager,
    fieldValidation: 'Ignore',
    warn: () => {},
  };
}

function namesOf(object: JsonObject): { namespace: string; name: string } {
  const metadata = asObject(object.metadata);
  return {
    namespace: asString(metadata.namespace) ?? '',
    name: asString(metadata.name) ?? '',
  };
}

/** The `apiVersion` in which a resource is stored. */
export function storedApiVersion(resource: Resource): string {
  return apiVersionOf(resource.group, resource.storageVersion);
}
