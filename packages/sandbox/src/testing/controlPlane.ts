import type { Clock } from '../controllers/clock';
import { ControlPlane } from '../controllers/controlPlane';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import { KindRegistry } from '../kinds/registry';
import { ObjectWriter } from '../objects/objectWriter';
import { addressAllocator } from '../objects/serviceAddresses';
import type { Target } from '../objects/writeRequest';
import { applyMergePatch } from '../patch/mergePatch';
import type { Journal } from '../storage/journal';
import { ObjectStore } from '../storage/objectStore';

const OPTIONS = {
  dryRun: false,
  fieldManager: 'test',
  fieldValidation: 'Ignore' as const,
  warn: () => {},
};

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  private time: number;
  private timers: Array<{ at: number; run: () => void }> = [];

  constructor(start = '2026-01-01T00:00:00Z') {
    this.time = Date.parse(start);
  }

  now(): Date {
    return new Date(this.time);
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.time + milliseconds, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter(entry => entry !== timer);
    };
  }

  /** Moves to the next timer that is due by then. Returns whether there was one. */
  moveTowards(end: number): boolean {
    const [next] = this.timers
      .filter(timer => timer.at <= end)
      .sort((a, b) => a.at - b.at);
    if (!next) {
      this.time = Math.max(this.time, end);
      return false;
    }
    this.time = Math.max(this.time, next.at);
    this.timers = this.timers.filter(timer => timer !== next);
    next.run();
    return true;
  }
}

/** Stored objects and simulated controllers without an API, on a clock of the test. */
export class TestCluster {
  readonly clock: ManualClock;
  readonly store: ObjectStore;
  private readonly registry = new KindRegistry();
  private readonly writer: ObjectWriter;
  private readonly plane: ControlPlane;

  constructor(options: { clock?: ManualClock; journal?: Journal } = {}) {
    this.clock = options.clock ?? new ManualClock();
    this.store = new ObjectStore({
      historyLimit: 100_000,
      journal: options.journal,
    });
    let count = 0;
    const number = () => {
      count += 1;
      return count.toString(16);
    };
    this.writer = new ObjectWriter({
      store: this.store,
      addresses: addressAllocator(this.store),
      now: () => this.clock.now(),
      randomUuid: () =>
        `00000000-0000-4000-8000-${(this.store.revision.toString(16) + number()).padStart(12, '0')}`,
      randomSuffix: () => number().padStart(5, 'x'),
    });
    this.plane = new ControlPlane({
      writer: this.writer,
      registry: this.registry,
      clock: this.clock,
      caPem: 'test',
      logger: {
        info: () => {},
        warn: () => {},
        error: message => {
          throw new Error(message);
        },
      },
    });
    this.plane.start();
  }

  /** Creates an object or replaces what it says, and waits for what follows at once. */
  async apply(object: JsonObject): Promise<JsonObject> {
    const target = this.target(object);
    if (this.writer.find(target)) {
      this.writer.patch(
        target,
        { type: 'apply', body: object, force: true },
        OPTIONS,
      );
    } else {
      this.writer.create({ ...target, name: '' }, object, OPTIONS);
    }
    await this.settle();
    return this.get(object);
  }

  /** Creates an object and does not wait. */
  create(object: JsonObject): void {
    this.writer.create({ ...this.target(object), name: '' }, object, OPTIONS);
  }

  /** Changes an object by a merge patch. */
  async patch(object: JsonObject, change: JsonObject): Promise<JsonObject> {
    const live = this.get(object);
    this.writer.update(
      this.target(object),
      live,
      asObject(applyMergePatch(live, change)),
      OPTIONS,
    );
    await this.settle();
    return this.get(object);
  }

  async delete(
    object: JsonObject,
    propagationPolicy?: 'Foreground' | 'Background' | 'Orphan',
  ): Promise<void> {
    this.writer.delete(this.target(object), {
      dryRun: false,
      propagationPolicy,
    });
    await this.settle();
  }

  /** The object as it is now. */
  get(object: JsonObject): JsonObject {
    return this.writer.read(this.target(object));
  }

  /** All objects of a storage such as `apps/deployments`, `/pods`. */
  list(storage: string, namespace?: string): JsonObject[] {
    return this.store.list(storage, namespace);
  }

  /** What the Events of an object say, in order: `Warning FailedCreate: message`. */
  events(object?: JsonObject): string[] {
    const uid = object && at(this.get(object), 'metadata', 'uid');
    return this.store
      .list('/events')
      .filter(event => !uid || at(event, 'involvedObject', 'uid') === uid)
      .sort(
        (a, b) =>
          Number.parseInt(suffix(a), 16) - Number.parseInt(suffix(b), 16),
      )
      .map(
        event =>
          `${String(event.type)} ${String(event.reason)}: ${String(event.message)}`,
      );
  }

  /** A condition of an object as `status reason: message`. */
  condition(object: JsonObject, type: string): string | undefined {
    const found = asArray(at(this.get(object), 'status', 'conditions'))
      .filter(isObject)
      .find(condition => condition.type === type);
    return (
      found &&
      `${String(found.status)} ${String(found.reason ?? '')}: ${String(found.message ?? '')}`
    );
  }

  /** Lets time pass, and what happens in it happen. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.now().getTime() + milliseconds;
    await this.settle();
    while (this.clock.moveTowards(end)) await this.settle();
  }

  settle(): Promise<void> {
    return this.plane.idle();
  }

  stop(): void {
    this.plane.stop();
    this.store.close();
  }

  private target(object: JsonObject): Target {
    const found = this.registry.findKind(
      asString(object.apiVersion) ?? '',
      asString(object.kind) ?? '',
    );
    if (!found) throw new Error(`unknown kind ${String(object.kind)}`);
    const { name, namespace } = asObject(object.metadata);
    return {
      ...found,
      name: asString(name) ?? '',
      namespace: found.resource.namespaced
        ? (asString(namespace) ?? 'default')
        : '',
      subresource: '',
    };
  }
}

function suffix(event: JsonObject): string {
  return (
    String(at(event, 'metadata', 'name'))
      .split('.')
      .at(-1) ?? ''
  );
}
