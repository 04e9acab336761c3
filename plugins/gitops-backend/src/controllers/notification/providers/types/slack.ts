import {
  NotificationError,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post } from '../post';
import { facts, isError, objectName } from '../words';

const API = 'https://slack.com/api/chat.postMessage';

/** Slack, by an incoming webhook or, with a token, by its API. */
export const slack: NotificationType = {
  type: 'slack',
  async send({ event }, target) {
    const { token, channel, username } = target;
    const author = objectName(event);
    const { json } = await post(target, {
      url: addressOf(target.address),
      ...(token && { authorization: `Bearer ${token}` }),
      json: {
        channel,
        username: username || event.reportingController,
        icon_url: '',
        icon_emoji: '',
        attachments: [
          {
            fallback: slackText(`${author}: ${event.message.split('\n')[0]}`),
            color: isError(event) ? 'danger' : 'good',
            author_name: author,
            text: slackText(event.message),
            mrkdwn_in: ['text'],
            fields: facts(event).map(([title, value]) => ({
              ...{ title, value: slackText(value), short: false },
            })),
          },
        ],
      },
    });
    // The API answers with 200 whatever comes of it.
    if (target.address === API) {
      const { ok, error } = (json ?? {}) as { ok?: boolean; error?: string };
      if (ok !== true) {
        const passes = error === 'ratelimited' || error === undefined;
        throw new NotificationError(
          passes ? 'NOTIFICATION_UNDELIVERED' : 'NOTIFICATION_REFUSED',
          `Slack responded with error: ${error ?? 'none that could be read'}`,
        );
      }
    }
  },
};

/** Its three control characters; else a message could call a channel. */
function slackText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
