import type { ObjectPlace } from './types';

/**
 * What became of a notification:
 *
 * - `waiting`: it is sent as soon as the service takes it
 * - `sent`: the service took it
 * - `dead`: it was not taken, and is not sent again by itself
 *
 * @public
 */
export type NotificationState = 'waiting' | 'sent' | 'dead';

/** @public */
export const NOTIFICATION_STATES: readonly NotificationState[] = [
  'dead',
  'waiting',
  'sent',
];

/**
 * A notification of an Alert, by its Provider.
 *
 * @public
 */
export interface NotificationRow {
  id: string;
  state: NotificationState;
  /** When the event was passed on, or sent again by a person. */
  at: string;
  alert: ObjectPlace;
  provider: ObjectPlace;
  /** What it is about. */
  object: ObjectPlace;
  severity: 'info' | 'error';
  reason: string;
  message: string;
  attempts: number;
  /** Of one that waits: not before then. */
  nextAttemptAt?: string;
  /** When it was taken, or given up. */
  endedAt?: string;
  /** Why the last attempt failed. */
  error?: string;
}

/** @public */
export interface NotificationsQuery {
  state?: NotificationState;
  /** 1 to 500, default 50. */
  limit?: number;
  cursor?: string;
}

/**
 * A page, the newest first.
 *
 * @public
 */
export interface NotificationList {
  counts: Record<NotificationState, number>;
  items: NotificationRow[];
  pageInfo: { nextCursor?: string };
}
