import { assertError } from '@backstage/errors';
import {
  Alert,
  alertKind,
  formatObject,
  GitopsObject,
  NotificationList,
  NotificationRow,
  NotificationsQuery,
  ObjectKey,
  ObjectPlace,
  providerKind,
} from '@backstage-gitops/plugin-gitops-common';
import { Notification } from '@backstage-gitops/plugin-gitops-node';
import { NotificationPump } from '../../controllers/notification/NotificationPump';
import { NotificationSender } from '../../controllers/notification/NotificationSender';
import { sendsFrom } from '../../controllers/notification/EventDispatcher';
import {
  NotificationStore,
  StoredNotification,
} from '../../controllers/notification/outbox/NotificationStore';
import {
  checkKind,
  NotificationFailedError,
  NotSupportedError,
} from '../errors';
import { decodePosition, encodePosition } from '../objects/cursor';
import { LocatedObject, locateObject } from '../objects/locateObject';
import { ObjectIndex } from '../objects/ObjectIndex';
import { RequestContext } from '../objects/ObjectsService';
import { timestamp } from '../objects/toRow';
import { NotificationsService } from './NotificationsService';

/** What {@link DefaultNotificationsService} is made of. */
export interface DefaultNotificationsServiceOptions {
  index: ObjectIndex;
  notifications: {
    store: Pick<NotificationStore, 'list' | 'count' | 'revive'>;
    sender: Pick<NotificationSender, 'sendNow'>;
    pump: Pick<NotificationPump, 'wake'>;
  };
  now?: () => number;
}

const DEFAULT_LIMIT = 50;
/** People wait for a test. */
const TEST_MS = 30_000;

/** {@link NotificationsService} out of the plugin's database. */
export class DefaultNotificationsService implements NotificationsService {
  private readonly options: DefaultNotificationsServiceOptions;

  constructor(options: DefaultNotificationsServiceOptions) {
    this.options = options;
  }

  async list(
    key: ObjectKey,
    query: NotificationsQuery,
    context: RequestContext,
  ): Promise<NotificationList> {
    const located = this.locate(key, context);
    const { limit = DEFAULT_LIMIT, cursor, state } = query;
    const position = decodePosition(cursor, { key, state }, ['number']);
    const { store } = this.options.notifications;
    const scope = scopeOf(located);
    const [counts, found] = await Promise.all([
      store.count(scope),
      store.list({
        ...{ ...scope, state },
        before: position && Number(position.key[0]),
        limit: limit + 1,
      }),
    ]);
    const shown = found.slice(0, limit);
    return {
      counts,
      items: shown.map(present),
      pageInfo: {
        ...(found.length > limit && {
          nextCursor: encodePosition(
            { key, state },
            { key: [shown[limit - 1].id], direction: 'next' },
          ),
        }),
      },
    };
  }

  async resend(
    key: ObjectKey,
    { ids }: { ids?: readonly string[] },
    context: RequestContext,
  ): Promise<{ resent: number }> {
    const located = this.locate(key, context);
    this.checkMode(located);
    const { store, pump } = this.options.notifications;
    const resent = await store.revive(scopeOf(located), ids?.map(Number));
    pump.wake();
    return { resent };
  }

  async test(
    key: ObjectKey,
    context: RequestContext,
  ): Promise<{ provider: ObjectPlace }> {
    const located = this.locate(key, context);
    this.checkMode(located);
    const { home, object } = located;
    const { namespace } = key;
    const provider =
      object.kind === alertKind.kind
        ? (object as Alert).spec.providerRef.name
        : key.name;
    try {
      await this.options.notifications.sender.sendNow(
        home,
        { home: home.name, namespace, provider },
        this.testOf(located),
        AbortSignal.timeout(TEST_MS),
      );
    } catch (error) {
      assertError(error);
      throw new NotificationFailedError(error.message);
    }
    return { provider: { kind: providerKind.kind, namespace, name: provider } };
  }

  /** Without a commit: types that tell of commits say that they have none. */
  private testOf({ home, object }: LocatedObject): Notification {
    const { namespace = 'default', name, uid = '' } = object.metadata;
    const now = this.options.now ?? Date.now;
    return {
      home: home.name,
      alert: { namespace, name, uid },
      event: {
        involvedObject: {
          apiVersion: object.apiVersion,
          ...{ kind: object.kind, namespace, name, uid },
        },
        severity: 'info',
        timestamp: new Date(now()).toISOString().replace(/\.\d+/, ''),
        message: `A test of ${object.kind} ${namespace}/${name}, sent from the portal`,
        reason: 'Test',
        reportingController: 'notification-controller',
        reportingInstance: 'backstage-gitops',
      },
    };
  }

  private checkMode({ home }: LocatedObject): void {
    if (!sendsFrom(home)) {
      throw new NotSupportedError(
        `the portal sends nothing from the home '${home.name}': ${
          home.isListed
            ? 'others do, or it only plans there'
            : 'it is not connected'
        }`,
      );
    }
  }

  private locate(key: ObjectKey, context: RequestContext): LocatedObject {
    checkKind(key.kind);
    const located = locateObject(this.options.index, key, context.visible);
    if (![alertKind.kind, providerKind.kind].includes(key.kind)) {
      throw new NotSupportedError(
        `${formatObject(key)} sends nothing; Alerts and Providers do`,
      );
    }
    return located;
  }
}

function scopeOf({
  home,
  object,
}: {
  home: { name: string };
  object: GitopsObject;
}) {
  const { namespace = 'default', name } = object.metadata;
  return {
    ...{ home: home.name, namespace },
    ...(object.kind === alertKind.kind ? { alert: name } : { provider: name }),
  };
}

function present(stored: StoredNotification): NotificationRow {
  const { event, namespace } = stored;
  const { kind, name, namespace: objectNamespace } = event.involvedObject;
  return {
    id: String(stored.id),
    state: stored.state,
    at: timestamp(stored.createdAt)!,
    alert: { kind: alertKind.kind, namespace, name: stored.alert.name },
    provider: { kind: providerKind.kind, namespace, name: stored.provider },
    object: { kind, namespace: objectNamespace, name },
    severity: event.severity === 'error' ? 'error' : 'info',
    reason: event.reason,
    message: event.message,
    attempts: stored.attempts,
    ...(stored.state === 'waiting' &&
      stored.attempts > 0 && { nextAttemptAt: timestamp(stored.dueAt) }),
    ...(stored.endedAt !== null && { endedAt: timestamp(stored.endedAt) }),
    ...(stored.error !== undefined && { error: stored.error }),
  };
}
