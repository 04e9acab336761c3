import {
  modernRevision,
  parseRevision,
} from '@backstage-gitops/plugin-gitops-common';
import {
  NotificationError,
  NotificationEvent,
} from '@backstage-gitops/plugin-gitops-node';
import { isStatusUpdate } from '../acceptance';
import { isError } from '../words';

/**
 * The commit that an event is about: of `commit`, `originRevision` or `revision`
 * (Flux 2.9).
 *
 * @throws NotificationError where there is none
 */
export function commitOf({ metadata = {} }: NotificationEvent): string {
  const { commit, originRevision, revision } = metadata;
  const text = commit || originRevision || revision;
  if (!text) {
    throw new NotificationError(
      'NOTIFICATION_REFUSED',
      'missing revision metadata: the event tells no commit to set the status of',
    );
  }
  const { algorithm = '', hash = '' } = parseRevision(modernRevision(text));
  // Digests of registries are no commits, and Flux knows Git's of sha1 only.
  const isCommit = algorithm === 'sha1' && /^[0-9a-f]{40}$/.test(hash);
  if (!isCommit) {
    throw new NotificationError(
      'NOTIFICATION_REFUSED',
      `failed to extract commit hash from '${text}' revision`,
    );
  }
  return hash;
}

/**
 * What is told on commits: failures, and what controllers or annotations tie to a commit
 * (Flux 2.9).
 */
export function concernsCommit(event: NotificationEvent): boolean {
  return (
    Boolean(event.metadata?.commit) || isStatusUpdate(event) || isError(event)
  );
}
