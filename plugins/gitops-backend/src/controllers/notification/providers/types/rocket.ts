import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { post } from '../post';
import { facts, isError, markdownText, objectName } from '../words';

/** Rocket.Chat, by an incoming webhook. */
export const rocket: NotificationType = {
  type: 'rocket',
  async send({ event }, target) {
    await post(target, {
      url: target.address,
      json: {
        channel: target.channel,
        username: target.username,
        icon_url: '',
        icon_emoji: '',
        attachments: [
          {
            fallback: '',
            color: isError(event) ? '#FF0000' : '#0076D7',
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
