import { LoggerService } from '@backstage/backend-plugin-api';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { alertKind } from '@backstage-gitops/plugin-gitops-common';
import {
  ConnectionGuard,
  HttpConnections,
  NotificationIdentity,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import { EventRecorder } from '../../engine/report/EventRecorder';
import { Homes } from '../../homes/Homes';
import { GithubTokens } from '../source/git/access/GithubTokens';
import { EventDispatcher } from './EventDispatcher';
import { EventKeys } from './events/EventKeys';
import { EventOutbox } from './events/EventOutbox';
import { NotificationPump } from './NotificationPump';
import { NotificationSender } from './NotificationSender';
import { LanePauses } from './outbox/LanePauses';
import { NotificationStore } from './outbox/NotificationStore';
import { CloudTokens } from './providers/CloudTokens';
import { notificationTypes } from './providers/notificationTypes';
import { RecipientsOf } from './providers/types/backstage';

/** What {@link createNotifications} puts together. */
export interface NotificationsOptions {
  homes: Homes;
  database: Knex;
  /** Names this process. */
  owner: string;
  connections: HttpConnections;
  guard: ConnectionGuard;
  noCrossNamespaceRefs: boolean;
  pollMs: number;
  logger: LoggerService;
  recorder: EventRecorder;
  /** Those that modules bring. */
  types?: readonly NotificationType[];
  identities?: readonly NotificationIdentity[];
  /** Notifications of the portal. Default: it has none. */
  service?: NotificationService;
  /** Whom they are for. Default: nobody. */
  recipientsOf?: RecipientsOf;
  now?: () => number;
}

/** The parts that send what Alerts are about. */
export interface Notifications {
  outbox: EventOutbox;
  store: NotificationStore;
  sender: NotificationSender;
  pump: NotificationPump;
  types: ReadonlyMap<string, NotificationType>;
  /** Forgets what ended before `before`, ms since the epoch. */
  expire(before: number): Promise<void>;
}

/** Nothing runs before `pump.start()`. */
export function createNotifications(
  options: NotificationsOptions,
): Notifications {
  const { homes, database, owner, recorder, logger } = options;
  const now = options.now ?? Date.now;
  const outbox = new EventOutbox({
    database,
    isWanted: (name, kind) => isListenedTo(homes, name, kind),
  });
  const store = new NotificationStore({ database, owner, now });
  const pauses = new LanePauses(now);
  const types = notificationTypes({
    tokens: new GithubTokens(),
    notifications: options.service,
    recipientsOf: options.recipientsOf ?? (async () => []),
    added: options.types ?? [],
  });
  const sender = new NotificationSender({
    ...{ homes, types, pauses, recorder, logger, now },
    notifications: store,
    connections: options.connections,
    guard: options.guard,
    tokens: new CloudTokens(options.identities ?? []),
  });
  const dispatcher = new EventDispatcher({
    ...{ homes, outbox, recorder, logger, now },
    notifications: store,
    noCrossNamespaceRefs: options.noCrossNamespaceRefs,
  });
  return {
    ...{ outbox, store, sender, types },
    pump: new NotificationPump({
      ...{ outbox, dispatcher, sender, pauses, logger },
      notifications: store,
      pollMs: options.pollMs,
    }),
    expire: async before => {
      await new EventKeys().expire(database, now());
      await outbox.expire(before);
      await store.expire(before);
    },
  };
}

/** As long as its Alerts are not known, somebody may listen. */
function isListenedTo(homes: Homes, name: string, kind: string): boolean {
  const home = homes.find(name);
  if (
    home?.configuredMode !== 'reconcile' ||
    home.hasOtherController(alertKind.controller)
  ) {
    return false;
  }
  return (
    kind !== alertKind.kind &&
    (!home.isListed || home.cache.list(alertKind.kind).length > 0)
  );
}
