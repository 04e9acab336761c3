import {
  NotificationEvent,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';

/** Set by controllers on events that only bring the status of a commit up to date. */
const UPDATE = 'update';

/** Whether an event, with merged metadata, is there for commits alone (Flux 2.9). */
export function isStatusUpdate({ metadata = {} }: NotificationEvent): boolean {
  return metadata.commit_status === UPDATE;
}

/** Whether a type takes an event with merged metadata. */
export function accepts(
  type: NotificationType,
  event: NotificationEvent,
): boolean {
  return type.accepts ? type.accepts(event) : !isStatusUpdate(event);
}
