import type { JsonObject } from '../json/value';
import { at } from '../json/value';
import type { ControllerContext } from './controllerContext';
import { createdAt, timeOf } from './objects';
import type { Reconciler } from './reconcilers';

// kube-apiserver's --event-ttl.
const EVENT_TTL_MS = 3_600_000;

/** Removes Events an hour after they were last written. */
export class EventExpiry implements Reconciler {
  readonly storage = '/events';

  constructor(private readonly context: ControllerContext) {}

  reconcile(event: JsonObject): number | undefined {
    const last = timeOf(at(event, 'lastTimestamp')) ?? createdAt(event);
    const remaining = last + EVENT_TTL_MS - this.context.time;
    if (remaining > 0) return remaining;
    this.context.delete(event);
    return undefined;
  }
}
