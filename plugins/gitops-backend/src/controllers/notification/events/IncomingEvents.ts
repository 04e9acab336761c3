import { LoggerService } from '@backstage/backend-plugin-api';
import { kindOf } from '@backstage-gitops/plugin-gitops-common';
import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { workId } from '../../../engine/queue/WorkQueue';
import { HistoryStore } from '../../../engine/report/HistoryStore';
import { Home } from '../../../homes/Home';
import { Homes } from '../../../homes/Homes';
import { WebhookCalls } from '../receiver/WebhookCalls';
import { EventOutbox } from './EventOutbox';
import { groupOf } from './metadata';

const text = z.string().min(1);
const eventSchema = z.object({
  involvedObject: z.object({
    apiVersion: text,
    kind: text,
    namespace: text,
    name: text,
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
  }),
  severity: z.enum(['info', 'error', 'trace']),
  timestamp: z.string().refine(value => !Number.isNaN(Date.parse(value))),
  message: z.string(),
  reason: text,
  metadata: z.record(z.string(), z.string()).nullish(),
  reportingController: text,
  reportingInstance: z.string().optional(),
});

/** What a caller is told. */
export interface EventAnswer {
  status: 202 | 400 | 401;
  code: string;
  message: string;
}

/** What {@link IncomingEvents} is made of. */
export interface IncomingEventsOptions {
  homes: Homes;
  /** Keys that the events of a home are signed with, by its name. */
  tokens: ReadonlyMap<string, string>;
  calls: WebhookCalls;
  history: Pick<HistoryStore, 'note'>;
  outbox: EventOutbox;
  logger: LoggerService;
  now?: () => number;
}

/**
 * Takes the events of Flux's own controllers, as its Provider of type `generic-hmac`
 * sends them (Flux 2.9), into the history of their objects.
 */
export class IncomingEvents {
  private readonly options: IncomingEventsOptions;
  private readonly now: () => number;

  constructor(options: IncomingEventsOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  /** A home that takes events. */
  find(name: string): Home | undefined {
    return this.options.tokens.has(name)
      ? this.options.homes.find(name)
      : undefined;
  }

  async take(
    home: Home,
    signature: string | undefined,
    body: Buffer,
  ): Promise<EventAnswer> {
    if (!this.isSigned(home, signature, body)) {
      this.options.logger.warn(
        `An event for home ${home.name} is refused: its signature is of another key`,
      );
      return {
        status: 401,
        code: 'EVENT_BAD_SIGNATURE',
        message:
          'X-Signature does not belong to this body; let a Provider of type generic-hmac send, with the token of gitops.homes[].events',
      };
    }
    const event = readEvent(body);
    if (!event) {
      return {
        status: 400,
        code: 'EVENT_BAD_PAYLOAD',
        message: 'the body is no event of event.toolkit.fluxcd.io/v1beta1',
      };
    }
    const { kind, apiVersion, namespace, name } = event.involvedObject;
    const known = kindOf(apiVersion, kind);
    if (known && home.modeOf(known.controller) === 'reconcile') {
      // What the portal does itself it knows; it may be its own word that comes back.
      return accepted('it is not kept: the portal reconciles this kind itself');
    }
    const identity = createHash('sha256').update(body).digest('hex');
    const { calls, history, outbox } = this.options;
    if (
      !known ||
      event.severity === 'trace' ||
      !(await calls.take(`events/${home.name}`, identity, this.now()))
    ) {
      return accepted('it is not kept: it came before, or is of no kind here');
    }
    const { group } = known;
    const revision = event.metadata?.revision;
    await history.note({
      objectId: workId({ home: home.name, group, kind, namespace, name }),
      objectUid: event.involvedObject.uid,
      at: Date.parse(event.timestamp),
      type: event.severity === 'error' ? 'Warning' : 'Normal',
      reason: event.reason,
      message: event.message,
      revision,
    });
    if (outbox.wants(home.name, kind)) {
      const object = home.cache.get({ kind, namespace, name });
      await outbox.add(
        [
          {
            home: home.name,
            labels: object?.metadata.labels ?? {},
            event: withPrefixes(event),
          },
        ],
        { at: this.now() },
      );
      outbox.announce();
    }
    return accepted('it is kept');
  }

  private isSigned(
    { name }: Home,
    signature: string | undefined,
    body: Buffer,
  ): boolean {
    const key = this.options.tokens.get(name);
    const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(signature ?? '') ?? [];
    return (
      key !== undefined &&
      hex !== undefined &&
      timingSafeEqual(
        createHmac('sha256', key).update(body).digest(),
        Buffer.from(hex, 'hex'),
      )
    );
  }
}

function accepted(message: string): EventAnswer {
  return { status: 202, code: 'OK', message };
}

function readEvent(body: Buffer): NotificationEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  const { data } = eventSchema.safeParse(json);
  return data && { ...data, metadata: data.metadata ?? {} };
}

/** A Provider takes the prefixes off; Alerts look for them. */
function withPrefixes(event: NotificationEvent): NotificationEvent {
  const group = groupOf(event.involvedObject.apiVersion);
  return {
    ...event,
    metadata: Object.fromEntries(
      Object.entries(event.metadata ?? {}).map(([key, value]) => [
        key.includes('/') ? key : `${group}/${key}`,
        value,
      ]),
    ),
  };
}
