import { randomUUID } from 'node:crypto';
import { LoggerService } from '@backstage/backend-plugin-api';
import {
  GitopsObject,
  GitopsTick,
} from '@backstage-gitops/plugin-gitops-common';
import { Home } from '../../homes/Home';
import { referenceTo } from '../../homes/ObjectCache';
import { InvalidCursorError } from '../errors';
import { ObjectIndex } from '../objects/ObjectIndex';
import { ObjectSummary } from '../objects/ObjectSummary';

/** What {@link ChangeFeed} is made of. */
export interface ChangeFeedOptions {
  index: ObjectIndex;
  /** Sends a tick to whoever watches; it says that something changed, not what. */
  publish: (tick: GitopsTick) => Promise<void>;
  logger: LoggerService;
  /** How many objects are remembered. Default 10,000. */
  capacity?: number;
  /** A longer answer is a reset: reading anew is cheaper. Default 1,000. */
  maxKeys?: number;
  /** Milliseconds between two ticks. Default 500. */
  tickMs?: number;
  /**
   * Milliseconds after which a tick says that nothing changed, so that clients
   * know that ticks reach them. Default 15,000.
   */
  aliveMs?: number;
  /** Tells this process's cursors from those of others and of former lives. */
  generation?: string;
  now?: () => number;
  /** Calls back after `ms`; gives what calls it off. */
  after?: (ms: number, callback: () => void) => () => void;
}

/** What changed since a cursor. */
export interface Changes {
  cursor: string;
  reset: boolean;
  objects: ObjectSummary[];
}

interface Change {
  seq: number;
  object: ObjectSummary;
  deleted: boolean;
}

const CURSOR = /^([\w-]{1,64})\.(\d{1,15})$/;

/**
 * The objects that changed last, each once, in the order of their last change.
 * Bounded: who comes back too late, or from another process, is told to read
 * everything anew.
 */
export class ChangeFeed {
  private readonly index: ObjectIndex;
  private readonly publish: ChangeFeedOptions['publish'];
  private readonly logger: LoggerService;
  private readonly capacity: number;
  private readonly maxKeys: number;
  private readonly tickMs: number;
  private readonly aliveMs: number;
  private readonly generation: string;
  private readonly now: () => number;
  private readonly after: NonNullable<ChangeFeedOptions['after']>;
  /** By id; in the order of `seq`, since a change moves its object to the end. */
  private readonly latest = new Map<string, Change>();
  private seq = 0;
  /** Changes up to this one may be forgotten. */
  private forgotten = 0;
  private lastTick = -Infinity;
  private cancelTick: (() => void) | undefined;
  private cancelAlive: (() => void) | undefined;

  constructor(options: ChangeFeedOptions) {
    this.index = options.index;
    this.publish = options.publish;
    this.logger = options.logger;
    this.capacity = options.capacity ?? 10_000;
    this.maxKeys = options.maxKeys ?? 1_000;
    this.tickMs = options.tickMs ?? 500;
    this.aliveMs = options.aliveMs ?? 15_000;
    this.generation = options.generation ?? randomUUID();
    this.now = options.now ?? Date.now;
    this.after = options.after ?? startTimer;
  }

  /** Begins to tell clients that ticks reach them; until `stop`. */
  start(): void {
    this.cancelAlive?.();
    this.cancelAlive = this.after(this.aliveMs, () => {
      this.publishTick('alive');
      this.start();
    });
  }

  /** To be called after the home's cache took over a change, or a deletion. */
  record(home: Home, object: GitopsObject): void {
    const summary = this.index.summaryOf(home, object);
    const deleted = home.cache.get(referenceTo(object)) === undefined;
    const before = this.latest.get(summary.id);
    if (
      before &&
      before.deleted === deleted &&
      // There the status is the portal's own, and no version tells of it.
      home.mode !== 'plan' &&
      summary.resourceVersion !== undefined &&
      before.object.uid === summary.uid &&
      before.object.resourceVersion === summary.resourceVersion
    ) {
      // A watch that starts anew lists what has not changed as well.
      return;
    }
    // A deletion may name no more than the key; whose it was decides who hears of it.
    this.add(deleted && before ? before.object : summary, deleted);
  }

  /** To be called when Components have another owner: others see their objects. */
  recordOwners(componentRefs: ReadonlySet<string>): void {
    for (const object of this.index.list()) {
      if (object.componentRef && componentRefs.has(object.componentRef)) {
        this.add(object, false);
      }
    }
  }

  private add(object: ObjectSummary, deleted: boolean): void {
    this.seq += 1;
    this.latest.delete(object.id);
    this.latest.set(object.id, { seq: this.seq, object, deleted });
    if (this.latest.size > this.capacity) {
      const [[id, oldest]] = this.latest;
      this.latest.delete(id);
      this.forgotten = oldest.seq;
    }
    this.tick();
  }

  /** The present moment. */
  cursor(): string {
    return `${this.generation}.${this.seq}`;
  }

  /** What changed since a cursor; nothing, where there is none yet. */
  since(cursor: string | undefined): Changes {
    const present = { cursor: this.cursor(), reset: false, objects: [] };
    if (cursor === undefined) {
      return present;
    }
    const match = CURSOR.exec(cursor);
    if (!match) {
      throw new InvalidCursorError('since', 'this is no cursor');
    }
    const seq = Number(match[2]);
    if (
      match[1] !== this.generation ||
      seq < this.forgotten ||
      seq > this.seq
    ) {
      return { ...present, reset: true };
    }
    const objects = [...this.latest.values()]
      .filter(change => change.seq > seq)
      .map(change => change.object);
    return objects.length > this.maxKeys
      ? { ...present, reset: true }
      : { ...present, objects };
  }

  /** Calls off a tick that is still to come. */
  stop(): void {
    this.cancelTick?.();
    this.cancelTick = undefined;
    this.cancelAlive?.();
    this.cancelAlive = undefined;
  }

  private tick(): void {
    if (this.cancelTick) {
      return;
    }
    const wait = this.lastTick + this.tickMs - this.now();
    if (wait <= 0) {
      this.send();
    } else {
      this.cancelTick = this.after(wait, () => {
        this.cancelTick = undefined;
        this.send();
      });
    }
  }

  private send(): void {
    this.lastTick = this.now();
    this.publishTick('changed');
    if (this.cancelAlive) {
      this.start();
    }
  }

  private publishTick(type: GitopsTick['type']): void {
    this.publish({ type }).catch(error => {
      this.logger.warn(
        `The news of a change could not be sent; views find it at their next poll: ${error}`,
      );
    });
  }
}

function startTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
