import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post, required } from '../post';
import { facts, objectName } from '../words';

/** Zoom Team Chat, by an incoming webhook. */
export const zoom: NotificationType = {
  type: 'zoom',
  async send({ event }, target) {
    const token = required(
      target.token,
      "verification token; set the key 'token' of its Secret",
    );
    const url = addressOf(target.address);
    if (!url.searchParams.get('format')) {
      url.searchParams.set('format', 'full');
    }
    const items = facts(event).map(([key, value]) => ({ key, value }));
    await post(target, {
      url,
      authorization: token,
      json: {
        content: {
          head: {
            text: objectName(event),
            sub_head: { text: event.severity },
          },
          body: [
            { type: 'message', text: event.message },
            ...(items.length > 0 ? [{ type: 'fields', items }] : []),
          ],
        },
      },
    });
  },
};
