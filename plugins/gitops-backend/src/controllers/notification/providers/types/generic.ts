import { createHmac } from 'node:crypto';
import {
  Notification,
  NotificationTarget,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { post, required } from '../post';

/** The event as it is, to any service (Flux 2.9). */
export const generic: NotificationType = {
  type: 'generic',
  accepts: () => true,
  send: ({ event }, target) => forward(event, target, JSON.stringify(event)),
};

/** As `generic`, with a signature of the body in `X-Signature`. */
export const genericHmac: NotificationType = {
  type: 'generic-hmac',
  accepts: () => true,
  send: ({ event }, target) => {
    const key = required(
      target.token,
      "key to sign with; set the key 'token' of its Secret",
    );
    const body = JSON.stringify(event);
    const signature = createHmac('sha256', key).update(body).digest('hex');
    return forward(event, target, body, {
      'x-signature': `sha256=${signature}`,
    });
  },
};

async function forward(
  { reportingController }: Notification['event'],
  target: NotificationTarget,
  body: string,
  headers: Record<string, string> = {},
): Promise<void> {
  await post(target, {
    url: target.address,
    body,
    headers: {
      'gotk-component': reportingController,
      ...target.headers,
      ...headers,
    },
  });
}
