import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post } from '../post';
import { facts, isError, markdownText, objectName } from '../words';

/** Discord, by a webhook in the format of Slack. */
export const discord: NotificationType = {
  type: 'discord',
  async send({ event }, target) {
    const url = addressOf(target.address);
    if (!url.pathname.endsWith('/slack')) {
      url.pathname = `${url.pathname.replace(/\/+$/, '')}/slack`;
    }
    await post(target, {
      url,
      json: {
        channel: '',
        username: target.username || event.reportingController,
        icon_url: '',
        icon_emoji: '',
        attachments: [
          {
            fallback: '',
            color: isError(event) ? 'danger' : 'good',
            author_name: objectName(event),
            text: markdownText(event.message),
            mrkdwn_in: ['text'],
            fields: facts(event).map(([title, value]) => ({
              ...{ title, value: markdownText(value), short: false },
            })),
          },
        ],
      },
    });
  },
};
