import { LoggerService } from '@backstage/backend-plugin-api';
import {
  ClusterClient,
  KubernetesApiError,
} from '@backstage-gitops/kubernetes-apply';
import { GitopsObject } from '@backstage-gitops/plugin-gitops-common';
import { createHash } from 'node:crypto';
import { LeaseLostError } from '../queue/LeaseLostError';

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

interface Remembered {
  name: string;
  count: number;
  lastAt: number;
}

/**
 * Writes Kubernetes events to a home, in the namespace of the object they speak
 * of. An event that repeats raises the count of the first one. A failure to
 * write an event is logged and fails nothing, but the loss of the claim does.
 */
export class EventRecorder {
  private readonly logger: LoggerService;
  private readonly now: () => number;
  private readonly remembered = new Map<string, Remembered>();

  constructor(options: { logger: LoggerService; now?: () => number }) {
    this.logger = options.logger;
    this.now = options.now ?? Date.now;
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
