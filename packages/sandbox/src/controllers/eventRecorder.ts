import type { JsonObject } from '../json/value';
import { asObject } from '../json/value';
import { checkNamespace } from '../objects/namespaceRules';
import type { ControllerContext } from './controllerContext';
import { nameOf, namespaceOf, numberAt, uidOf } from './objects';

/** What happened to an object, as `kubectl describe` shows it. */
export interface EventEntry {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** Who says so, such as `kubelet`. */
  component: string;
  host?: string;
  /** The part of the object, such as `spec.containers{app}`. */
  fieldPath?: string;
}

// As client-go's correlator remembers.
const REMEMBERED = 4096;

/** Writes Events; what happens again is counted on the Event that there is. */
export class EventRecorder {
  private readonly names = new Map<string, string>();
  private counter = 0;

  constructor(private readonly context: ControllerContext) {}

  record(about: JsonObject, entry: EventEntry): void {
    this.context.attempt(() => {
      if (!this.countAgain(about, entry)) this.create(about, entry);
    });
  }

  private countAgain(about: JsonObject, entry: EventEntry): boolean {
    const name = this.names.get(idOf(about, entry));
    if (!name) return false;
    const key = {
      storage: '/events',
      namespace: namespaceOf(about) || 'default',
      name,
    };
    const live = this.context.store.get(key);
    if (!live) return false;
    const next = {
      ...live,
      count: numberAt(live, 1, 'count') + 1,
      lastTimestamp: this.context.apiNow,
    };
    this.store(next);
    return true;
  }

  private create(about: JsonObject, entry: EventEntry): void {
    const now = this.context.apiNow;
    const namespace = namespaceOf(about) || 'default';
    const name = `${nameOf(about)}.${this.suffix()}`;
    this.store({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name,
        namespace,
        uid: this.context.writer.options.randomUuid(),
        creationTimestamp: now,
      },
      involvedObject: {
        kind: about.kind,
        ...(namespaceOf(about) ? { namespace } : {}),
        name: nameOf(about),
        uid: uidOf(about),
        apiVersion: about.apiVersion,
        resourceVersion: asObject(about.metadata).resourceVersion,
        ...(entry.fieldPath ? { fieldPath: entry.fieldPath } : {}),
      },
      reason: entry.reason,
      message: entry.message,
      source: {
        component: entry.component,
        ...(entry.host ? { host: entry.host } : {}),
      },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: entry.type,
      eventTime: null,
      reportingComponent: entry.component,
      reportingInstance: entry.host ?? '',
    });
    this.remember(idOf(about, entry), name);
  }

  /** Without ownership of fields, which nobody asks of Events and which is most of a write's work. */
  private store(event: JsonObject): void {
    const target = this.context.targetOf(event);
    if (!target) return;
    checkNamespace(this.context.store, target);
    this.context.writer.save(target, event, false);
  }

  private remember(id: string, name: string): void {
    this.names.set(id, name);
    if (this.names.size <= REMEMBERED) return;
    const [oldest] = this.names.keys();
    this.names.delete(oldest);
  }

  /** Nanoseconds since 1970 in hexadecimal, as client-go names Events; no two are the same. */
  private suffix(): string {
    this.counter = (this.counter + 1) % 1_000_000;
    return (
      BigInt(this.context.time) * 1_000_000n +
      BigInt(this.counter)
    ).toString(16);
  }
}

function idOf(about: JsonObject, entry: EventEntry): string {
  return [
    uidOf(about),
    entry.fieldPath ?? '',
    entry.type,
    entry.reason,
    entry.message,
  ].join(' ');
}
