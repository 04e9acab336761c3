import {
  NotificationError,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post } from '../post';
import { basic } from '../authorization';
import { markdownReport } from '../words';

/** Zulip, as a bot. The channel is `<channel>/<topic>`. */
export const zulip: NotificationType = {
  type: 'zulip',
  async send({ event }, target) {
    const [, to, topic] = /^([^/]+)\/(.+)$/s.exec(target.channel) ?? [];
    if (!to) {
      throw new NotificationError(
        'NOTIFICATION_MISCONFIGURED',
        'invalid Zulip channel format, expected <channel>/<topic>; correct spec.channel',
      );
    }
    const url = addressOf(target.address);
    url.pathname = '/api/v1/messages';
    await post(target, {
      url,
      authorization: basic(target.username, target.password),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        ...{ type: 'stream', to, topic },
        content: markdownReport(event),
      }).toString(),
    });
  },
};
