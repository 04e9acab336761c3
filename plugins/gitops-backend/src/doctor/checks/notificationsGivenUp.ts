import { DoctorCheck, Finding } from '../DoctorCheck';
import {
  DeadLane,
  NotificationStore,
} from '../../controllers/notification/outbox/NotificationStore';

/** Providers that are named. */
const NAMED = 5;

/** What no service took is kept for people, who have to know. */
export function notificationsGivenUp(
  notifications: Pick<NotificationStore, 'deadLanes'>,
): DoctorCheck {
  return {
    id: 'notifications.givenUp',
    run: async (): Promise<Finding[]> => {
      const lanes = await notifications.deadLanes();
      const total = lanes.reduce((sum, { dead }) => sum + dead, 0);
      if (total === 0) {
        return [{ level: 'ok', title: 'No notification was given up' }];
      }
      const more = lanes.length - NAMED;
      return [
        {
          level: 'warning',
          title: `${total} ${total === 1 ? 'notification was' : 'notifications were'} given up: ${lanes
            .slice(0, NAMED)
            .map(laneText)
            .join(', ')}${more > 0 ? ` and of ${more} more` : ''}`,
          meaning:
            'Their services refused them, or did not take them for a day. They are not sent by themselves any more.',
          action:
            'The page of each Provider says why, under Notifications. Correct it, and send them again there.',
        },
      ];
    },
  };
}

function laneText({ home, namespace, provider, dead }: DeadLane): string {
  return `${dead} of Provider ${namespace}/${provider} in home ${home}`;
}
