import {
  NotificationError,
  NotificationEvent,
  NotificationTarget,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { isStatusUpdate } from '../acceptance';
import { markdownReport } from '../words';

/** A comment that is there. */
export interface Comment {
  id: number;
  author: string;
  body: string;
}

/** The comments on one change request. */
export interface Comments {
  /** Who we are there. */
  login(): Promise<string>;
  /** The first hundred, the oldest first: ours is made soon after the request. */
  list(): Promise<Comment[]>;
  create(body: string): Promise<unknown>;
  update(id: number, body: string): Promise<unknown>;
}

/**
 * A type that keeps one comment for each object on the change request that the
 * object's annotation names (Flux 2.9).
 */
export function commentType(
  type: string,
  prefix: string,
  open: (number: number, target: NotificationTarget) => Promise<Comments>,
): NotificationType {
  return {
    type,
    accepts: event =>
      Boolean(event.metadata?.change_request) && !isStatusUpdate(event),
    async send({ event }, target) {
      const { kind, namespace, name } = event.involvedObject;
      const { uid = '' } = target.provider.metadata;
      const key = [uid, kind, namespace, name].join('/');
      const marker = `<!-- ${prefix}:${key} -->`;
      const body = `${marker}\n\n${markdownReport(event)}`;
      const comments = await open(numberOf(event), target);
      const login = await comments.login();
      const own = (await comments.list()).find(
        comment => comment.author === login && comment.body.includes(marker),
      );
      await (own ? comments.update(own.id, body) : comments.create(body));
    },
  };
}

function numberOf({ metadata = {} }: NotificationEvent): number {
  const text = metadata.change_request ?? '';
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new NotificationError(
      'NOTIFICATION_REFUSED',
      `invalid "change_request" metadata value ${JSON.stringify(text)}: it is no number`,
    );
  }
  return Number(text);
}

/** Comments as the hosts answer them. */
export function commentsIn(
  json: unknown,
  authorOf: (comment: Record<string, unknown>) => unknown,
): Comment[] {
  const all: Record<string, unknown>[] = Array.isArray(json) ? json : [];
  return all.map(comment => ({
    id: Number(comment.id),
    author: String(authorOf(comment) ?? ''),
    body: String(comment.body ?? ''),
  }));
}
