import { LoggerService } from '@backstage/backend-plugin-api';
import {
  Alert,
  kindOf,
  Provider,
  providerKind,
} from '@backstage-gitops/plugin-gitops-common';
import { EventContent, EventRecorder } from '../../engine/report/EventRecorder';
import { workId } from '../../engine/queue/WorkQueue';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { AlertIndex } from './alerts/AlertIndex';
import { AlertMatcher } from './alerts/AlertMatcher';
import { EventKeys } from './events/EventKeys';
import { EventOutbox, OutgoingEvent } from './events/EventOutbox';
import { mergeMetadata } from './events/metadata';
import { NewNotification, NotificationStore } from './outbox/NotificationStore';

/** Events that are passed on in one transaction. */
const BATCH = 100;

/** Something to say of an Alert itself. */
interface Remark {
  home: Home;
  alert: Alert;
  event: EventContent;
}

/** What {@link EventDispatcher} is made of. */
export interface EventDispatcherOptions {
  homes: Homes;
  outbox: EventOutbox;
  notifications: NotificationStore;
  recorder: EventRecorder;
  noCrossNamespaceRefs: boolean;
  logger: LoggerService;
  now: () => number;
}

/**
 * Asks the Alerts of its home about each event, and makes a notification for each
 * that it matches (Flux 2.9). An event is passed on exactly once.
 */
export class EventDispatcher {
  private readonly options: EventDispatcherOptions;
  private readonly keys = new EventKeys();
  /** Alerts whose invalid entries were told; by object. */
  private readonly told = new WeakSet<Alert>();

  constructor(options: EventDispatcherOptions) {
    this.options = options;
  }

  /** Homes whose Alerts are known, and the portal's to send. */
  get homes(): Home[] {
    return this.options.homes.list().filter(sendsFrom);
  }

  /** Passes all on that waits; gives its number. */
  async dispatch(): Promise<number> {
    const { outbox } = this.options;
    const homes = new Map(this.homes.map(home => [home.name, home]));
    let total = 0;
    for (let taken = BATCH; taken === BATCH; total += taken) {
      const remarks: Remark[] = [];
      taken = await outbox.take(
        [...homes.keys()],
        BATCH,
        async (events, transaction) => {
          const notifications: NewNotification[] = [];
          const indexes = new Map<string, AlertIndex>();
          for (const event of events) {
            const home = homes.get(event.home)!;
            const index = indexes.get(home.name) ?? new AlertIndex(home);
            indexes.set(home.name, index);
            const matching = index.matching(event);
            const { at } = event;
            if (
              matching.length > 0 &&
              (await this.keys.take(transaction, home.name, event.event, at))
            ) {
              for (const matcher of matching) {
                const made = this.notify(home, matcher, event, remarks);
                if (made) notifications.push(made);
              }
            }
          }
          await this.options.notifications.add(transaction, notifications);
        },
      );
      await this.tell(remarks);
    }
    return total;
  }

  private notify(
    home: Home,
    matcher: AlertMatcher,
    { event }: OutgoingEvent,
    remarks: Remark[],
  ): NewNotification | undefined {
    const { alert } = matcher;
    const { namespace = 'default', name, uid = '' } = alert.metadata;
    const { involvedObject } = event;
    const remark = (reason: string, message: string, metadata = {}) =>
      remarks.push({
        ...{ home, alert },
        event: { type: 'Warning', reason, message, metadata },
      });
    if (!this.told.has(alert)) {
      this.told.add(alert);
      matcher.invalid.forEach(({ list, text, problem }) =>
        remark(
          'InvalidConfig',
          `failed to compile ${list} regex: ${text}: ${problem}; correct spec.${list}List, the entry is left out`,
        ),
      );
    }
    if (
      this.options.noCrossNamespaceRefs &&
      involvedObject.namespace !== namespace
    ) {
      remark(
        'NotificationDispatchFailed',
        `the event of ${objectText(event)} is not sent: gitops.noCrossNamespaceRefs forbids what is in another namespace`,
      );
      return undefined;
    }
    const provider = home.cache.get({
      ...{ kind: providerKind.kind, namespace },
      name: alert.spec.providerRef.name,
    }) as Provider | undefined;
    if (provider?.spec.suspend) {
      return undefined;
    }
    const { metadata, conflicts } = mergeMetadata(event, alert);
    if (Object.keys(conflicts).length > 0) {
      remark(
        'MetadataAppendFailed',
        `metadata of the event is given twice, and the last of each is sent: ${Object.entries(
          conflicts,
        )
          .map(([key, places]) => `${key} (${places.join(', ')})`)
          .join('; ')}`,
      );
    }
    const { metadata: _, ...told } = event;
    return {
      ...{ home: home.name, namespace, alert: { namespace, name, uid } },
      provider: alert.spec.providerRef.name,
      objectId: objectIdOf(home, event),
      event: { ...told, ...(Object.keys(metadata).length > 0 && { metadata }) },
    };
  }

  private async tell(remarks: readonly Remark[]): Promise<void> {
    for (const { home, alert, event } of remarks) {
      await this.options.recorder.record({
        client: home.client,
        home: home.name,
        component: 'notification-controller',
        object: alert,
        event,
      });
    }
  }
}

/** Whether the portal sends what happens in a home. */
export function sendsFrom(home: Home): boolean {
  return home.isListed && home.modeOf(providerKind.controller) === 'reconcile';
}

function objectIdOf(home: Home, { involvedObject }: OutgoingEvent['event']) {
  const { apiVersion, kind, namespace, name } = involvedObject;
  const group = kindOf(apiVersion, kind)?.group ?? '';
  return workId({ home: home.name, group, kind, namespace, name });
}

/** As people say it: `Kustomization/team/app`. */
export function objectText({ involvedObject }: OutgoingEvent['event']): string {
  const { kind, namespace, name } = involvedObject;
  return `${kind}/${namespace}/${name}`;
}
