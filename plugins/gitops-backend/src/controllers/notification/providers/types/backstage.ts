import { assertError } from '@backstage/errors';
import { NotificationService } from '@backstage/plugin-notifications-node';
import {
  Notification,
  NotificationError,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { isError, reasonWords } from '../words';

/** Who is told of an object, as entity references. */
export type RecipientsOf = (
  notification: Notification,
) => Promise<readonly string[]>;

/**
 * Notifications of Backstage, to the owner of the object and of the Components that it
 * delivers; the channel has more recipients, as entity references.
 */
export function backstage(options: {
  notifications: NotificationService | undefined;
  recipientsOf: RecipientsOf;
}): NotificationType {
  return {
    type: 'backstage',
    async send(notification, { channel }) {
      const { event, home } = notification;
      const { notifications } = options;
      const named = channel.split(',').flatMap(part => part.trim() || []);
      const entityRef = [
        ...new Set([...(await options.recipientsOf(notification)), ...named]),
      ];
      if (!notifications) {
        throw new NotificationError(
          'NOTIFICATION_MISCONFIGURED',
          'this portal has no notifications',
        );
      }
      if (entityRef.length === 0) {
        throw new NotificationError(
          'NOTIFICATION_REFUSED',
          'nobody is told, as the object has no owner; give it one, or set spec.channel of the Provider to an entity reference such as group:default/platform',
        );
      }
      const { kind, namespace, name } = event.involvedObject;
      const segments = [home, kind, namespace, name].map(encodeURIComponent);
      try {
        await notifications.send({
          recipients: { type: 'entity', entityRef },
          payload: {
            title: `${kind} ${namespace}/${name}: ${reasonWords(event)}`,
            description: event.message.slice(0, 2_000),
            link: `/gitops/objects/${segments.join('/')}`,
            severity: isError(event) ? 'high' : 'low',
            topic: kind,
            // A newer one about the same object takes the place of the last.
            scope: `gitops/${[home, kind, namespace, name].join('/')}`,
          },
        });
      } catch (error) {
        assertError(error);
        const isMissing = /\b404\b/.test(error.message);
        throw new NotificationError(
          isMissing ? 'NOTIFICATION_MISCONFIGURED' : 'NOTIFICATION_UNDELIVERED',
          isMissing
            ? 'this portal has no notifications; add their backend plugin'
            : `the notifications of the portal did not take it: ${error.message}`,
        );
      }
    },
  };
}
