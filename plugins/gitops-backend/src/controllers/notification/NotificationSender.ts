import { LoggerService } from '@backstage/backend-plugin-api';
import { assertError } from '@backstage/errors';
import {
  Alert,
  alertKind,
  Provider,
  providerKind,
} from '@backstage-gitops/plugin-gitops-common';
import {
  ConnectionGuard,
  HttpConnections,
  Notification,
  NotificationError,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { EventRecorder } from '../../engine/report/EventRecorder';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { objectText } from './EventDispatcher';
import { LanePauses } from './outbox/LanePauses';
import {
  Lane,
  NotificationStore,
  StoredNotification,
} from './outbox/NotificationStore';
import { accepts } from './providers/acceptance';
import { CloudTokens } from './providers/CloudTokens';
import { openTarget } from './providers/openTarget';
import { providerTypeOf } from './providers/providerType';

/** For so long is tried what the service does not take now. */
const TRIED_MS = 24 * 3_600_000;

/** What {@link NotificationSender} is made of. */
export interface NotificationSenderOptions {
  homes: Homes;
  notifications: NotificationStore;
  types: ReadonlyMap<string, NotificationType>;
  connections: HttpConnections;
  guard: ConnectionGuard;
  tokens: CloudTokens;
  recorder: EventRecorder;
  pauses: LanePauses;
  logger: LoggerService;
  now: () => number;
}

/** Sends claimed notifications, and says what became of each. */
export class NotificationSender {
  private readonly options: NotificationSenderOptions;

  constructor(options: NotificationSenderOptions) {
    this.options = options;
  }

  /** Sends one; what fails is tried again, or is kept for people to see. */
  async send(stored: StoredNotification, signal: AbortSignal): Promise<void> {
    const { notifications, homes, pauses, now } = this.options;
    const home = homes.find(stored.home);
    const lane = laneText(stored);
    if (!home || signal.aborted) {
      await notifications.release(stored.id);
      return;
    }
    try {
      const isSent = await this.trySend(home, stored, signal);
      pauses.answered(lane);
      await (isSent
        ? notifications.succeed(stored.id)
        : notifications.drop(stored.id));
    } catch (error) {
      assertError(error);
      if (signal.aborted) {
        await notifications.release(stored.id);
        return;
      }
      const { message } = error;
      const isRefusal =
        error instanceof NotificationError &&
        error.code !== 'NOTIFICATION_UNDELIVERED';
      const isLate = now() - stored.createdAt > TRIED_MS;
      if (isRefusal) {
        pauses.answered(lane);
      }
      if (isRefusal || isLate) {
        await notifications.bury(stored.id, message);
      } else {
        const until = pauses.failed(
          lane,
          error instanceof NotificationError ? error.retryAfterMs : undefined,
        );
        await notifications.retry(stored.id, message, until);
      }
      if (isRefusal || isLate || stored.attempts === 0) {
        await this.tell(home, stored, message);
      }
    }
  }

  /**
   * Sends one at once and only once, for people who wait for the answer.
   *
   * @throws NotificationError
   */
  async sendNow(
    home: Home,
    lane: Lane,
    notification: Notification,
    signal: AbortSignal,
  ): Promise<void> {
    await this.trySend(home, { ...lane, ...notification }, signal, true);
  }

  /** False where it is nothing for this Provider. */
  private async trySend(
    home: Home,
    sent: Lane & Notification,
    signal: AbortSignal,
    isTest = false,
  ): Promise<boolean> {
    const { namespace, provider: name, event } = sent;
    const provider = home.cache.get({
      ...{ kind: providerKind.kind, namespace, name },
    }) as Provider | undefined;
    if (!provider) {
      throw new Error(
        `Provider ${namespace}/${name} not found; create it or correct spec.providerRef of the Alert`,
      );
    }
    const kind = providerTypeOf(provider);
    const type = this.options.types.get(kind);
    if (!type) {
      throw new NotificationError(
        'NOTIFICATION_MISCONFIGURED',
        `the portal knows no Providers of type ${kind}; correct spec.type or add the module that brings it`,
      );
    }
    if (!isTest && (provider.spec.suspend || !accepts(type, event))) {
      return false;
    }
    const alert = home.cache.get({
      ...{ kind: alertKind.kind, namespace, name: sent.alert.name },
    }) as Alert | undefined;
    const { connections, guard, tokens, now } = this.options;
    const target = await openTarget({
      ...{ home, provider, alert, connections, guard, tokens, signal, now },
      notification: sent,
    });
    try {
      const { alert: by, home: homeName } = sent;
      await type.send({ event, alert: by, home: homeName }, target);
      return true;
    } catch (error) {
      throw presentable(error, target.mask, target.signal, signal);
    } finally {
      target.close();
    }
  }

  private async tell(
    home: Home,
    { namespace, alert, event }: StoredNotification,
    message: string,
  ): Promise<void> {
    const object = home.cache.get({
      ...{ kind: alertKind.kind, namespace, name: alert.name },
    });
    const text = `failed to send notification for ${objectText(event)}: ${message}`;
    this.options.logger.warn(text, {
      ...{ home: home.name, namespace, alert: alert.name },
    });
    if (object) {
      await this.options.recorder.record({
        client: home.client,
        home: home.name,
        component: 'notification-controller',
        object,
        event: {
          type: 'Warning',
          reason: 'NotificationDispatchFailed',
          message: text,
        },
      });
    }
  }
}

/** Names a lane within the process. */
export function laneText({ home, namespace, provider }: Lane): string {
  return `${home}/${namespace}/${provider}`;
}

function presentable(
  error: unknown,
  mask: (text: string) => string,
  own: AbortSignal,
  outer: AbortSignal,
): Error {
  if (own.aborted && !outer.aborted) {
    return new NotificationError(
      'NOTIFICATION_UNDELIVERED',
      'the service did not answer within the timeout of the Provider',
    );
  }
  assertError(error);
  const message = mask(error.message).slice(0, 2_000);
  return error instanceof NotificationError
    ? new NotificationError(error.code, message, {
        retryAfterMs: error.retryAfterMs,
      })
    : new NotificationError('NOTIFICATION_UNDELIVERED', message);
}
