import { LoggerService } from '@backstage/backend-plugin-api';
import {
  ClusterClient,
  KubernetesApiError,
} from '@backstage-gitops/kubernetes-apply';
import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { createHash } from 'node:crypto';
import { LeaseLostError } from '../queue/LeaseLostError';
import { EventBudget } from './EventBudget';

/** What a Kubernetes event says. */
export interface EventContent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** Goes to the annotations of the event. */
  metadata?: Record<string, string>;
}

/** The API server refuses longer messages (validation of core/v1 Event). */
const MESSAGE_LIMIT = 1024;
/** Repeated events are counted on one object within this time, as client-go does. */
const REPEAT_WINDOW_MS = 10 * 60_000;
const REMEMBERED = 4_096;
/** How often it is told that events were not written. */
const TOLD_EVERY_MS = 60_000;

interface Remembered {
  name: string;
  count: number;
  lastAt: number;
}

/**
 * Writes Kubernetes events to a home, in the namespace of the object they speak
 * of, as far as its budget of them goes. An event that repeats raises the count of the first one. A failure to
 * write an event is logged and fails nothing, but the loss of the claim does.
 */
export class EventRecorder {
  private readonly logger: LoggerService;
  private readonly now: () => number;
  private readonly remembered = new Map<string, Remembered>();
  private readonly budget: EventBudget;
  /** By home: events that were not written since the log last said so. */
  private readonly unwritten = new Map<string, { count: number; at: number }>();

  constructor(options: {
    logger: LoggerService;
    now?: () => number;
    budget?: EventBudget;
  }) {
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
    this.budget = options.budget ?? new EventBudget({ now: this.now });
  }

  async record(options: {
    client: ClusterClient;
    /** Names the home in the memory of repeated events. */
    home: string;
    component: string;
    object: GitopsObject;
    event: EventContent;
  }): Promise<void> {
    const { client, object, component } = options;
    const message = cut(options.event.message);
    const namespace = object.metadata.namespace ?? 'default';
    const at = this.now();
    if (!this.budget.take(options.home, options.event.type)) {
      this.noteUnwritten(options.home, at);
      return;
    }
    const timestamp = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
    const key = createHash('sha256')
      .update(
        JSON.stringify([
          options.home,
          object.metadata.uid,
          options.event.type,
          options.event.reason,
          message,
        ]),
      )
      .digest('hex');
    try {
      const known = this.remembered.get(key);
      if (known && at - known.lastAt < REPEAT_WINDOW_MS) {
        this.remember(key, { ...known, count: known.count + 1, lastAt: at });
        await client.patch(
          { apiVersion: 'v1', kind: 'Event', namespace, name: known.name },
          {
            type: 'merge',
            body: { count: known.count + 1, lastTimestamp: timestamp },
          },
        );
        return;
      }
      const name = `${object.metadata.name.slice(0, 220)}.${at.toString(16)}${key.slice(0, 8)}`;
      this.remember(key, { name, count: 1, lastAt: at });
      await client.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: {
          name,
          namespace,
          ...(options.event.metadata && {
            annotations: options.event.metadata,
          }),
        },
        involvedObject: {
          apiVersion: object.apiVersion,
          kind: object.kind,
          namespace: object.metadata.namespace,
          name: object.metadata.name,
          uid: object.metadata.uid,
          resourceVersion: object.metadata.resourceVersion,
        },
        type: options.event.type,
        reason: options.event.reason,
        message,
        count: 1,
        firstTimestamp: timestamp,
        lastTimestamp: timestamp,
        source: { component },
        reportingComponent: component,
        reportingInstance: '',
      });
    } catch (error) {
      this.remembered.delete(key);
      if (error instanceof LeaseLostError) {
        throw error;
      }
      const hint =
        error instanceof KubernetesApiError && error.status === 403
          ? '; let the credential create and patch events'
          : '';
      this.logger.warn(
        `The event ${options.event.reason} of ${object.kind} ${namespace}/${object.metadata.name} could not be written: ${error}${hint}`,
      );
    }
  }

  private noteUnwritten(home: string, at: number): void {
    const { count, at: since } = this.unwritten.get(home) ?? { count: 0, at };
    if (at - since < TOLD_EVERY_MS) {
      this.unwritten.set(home, { count: count + 1, at: since });
      return;
    }
    this.unwritten.set(home, { count: 0, at });
    this.logger.info(
      `${count + 1} events were not written to home ${home}, as there were too many at once; they are in the history`,
    );
  }

  private remember(key: string, value: Remembered): void {
    this.remembered.delete(key);
    this.remembered.set(key, value);
    if (this.remembered.size > REMEMBERED) {
      const [oldest] = this.remembered.keys();
      this.remembered.delete(oldest);
    }
  }
}

function cut(message: string): string {
  return message.length > MESSAGE_LIMIT
    ? `${message.slice(0, MESSAGE_LIMIT - 3)}...`
    : message;
}
