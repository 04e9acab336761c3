import {
  NotificationEvent,
  NotificationTarget,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { isError, isProgress, reasonWords } from '../words';
import { commitOf, concernsCommit } from './commitOf';

/** What is told of a commit. */
export interface CommitStatus {
  /** Hex. */
  commit: string;
  /** Under which the status is found again. */
  id: string;
  state: 'success' | 'failure' | 'pending';
  description: string;
  /** `kind/name`, in small letters. */
  object: string;
  event: NotificationEvent;
}

/** How a host has the status of a commit set. */
export type SetCommitStatus = (
  status: CommitStatus,
  target: NotificationTarget,
) => Promise<void>;

/**
 * A type that sets the status of commits. Work that is under way says nothing of a
 * commit, but where a host can show that.
 */
export function commitStatusType(
  type: string,
  set: SetCommitStatus,
  options: { showsProgress?: boolean } = {},
): NotificationType {
  return {
    type,
    accepts: concernsCommit,
    async send({ event }, target) {
      const isUnderWay = isProgress(event);
      if (isUnderWay && !options.showsProgress) {
        return;
      }
      const { kind, name } = event.involvedObject;
      const ended = isError(event) ? 'failure' : 'success';
      await set(
        {
          commit: commitOf(event),
          id: target.commitStatus,
          state: isUnderWay ? 'pending' : ended,
          description: reasonWords(event),
          object: `${kind}/${name}`.toLowerCase(),
          event,
        },
        target,
      );
    },
  };
}

/** Whether the newest status of that name says the same already. */
export function isRepeated(
  statuses: unknown,
  newest: (status: Record<string, unknown>) => boolean,
  same: (status: Record<string, unknown>) => boolean,
): boolean {
  const all = Array.isArray(statuses) ? statuses : [];
  const found = all.find(each => each instanceof Object && newest(each));
  return found !== undefined && same(found);
}
