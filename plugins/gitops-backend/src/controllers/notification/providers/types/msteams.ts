import {
  NotificationEvent,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post } from '../post';
import { facts, isError, markdownText, objectName } from '../words';

/** Microsoft Teams, by a workflow (Adaptive Cards 1.4) or an older connector. */
export const msteams: NotificationType = {
  type: 'msteams',
  async send({ event }, target) {
    const url = addressOf(target.address);
    const isConnector = url.hostname.endsWith('.webhook.office.com');
    await post(target, {
      url,
      json: isConnector ? messageCard(event) : adaptiveCard(event),
    });
  },
};

function messageCard(event: NotificationEvent): object {
  return {
    '@type': 'MessageCard',
    '@context': 'http://schema.org/extensions',
    themeColor: isError(event) ? 'FF0000' : '0076D7',
    summary: objectName(event),
    sections: [
      {
        activityTitle: markdownText(event.message),
        activitySubtitle: objectName(event),
        facts: facts(event).map(([name, value]) => ({
          name,
          value: markdownText(value),
        })),
      },
    ],
  };
}

function adaptiveCard(event: NotificationEvent): object {
  const all = facts(event);
  const sorted = [
    ...all.filter(([key]) => key === 'summary'),
    ...all.filter(([key]) => key !== 'summary'),
  ];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            {
              type: 'Container',
              items: [
                {
                  ...{ type: 'TextBlock', text: objectName(event) },
                  ...{ size: 'large', weight: 'bolder', wrap: true },
                },
                {
                  ...{ type: 'TextBlock', text: markdownText(event.message) },
                  ...(isError(event) && { color: 'attention' }),
                  wrap: true,
                },
                {
                  type: 'FactSet',
                  facts: sorted.map(([title, value]) => ({
                    title,
                    value: markdownText(value),
                  })),
                },
              ],
            },
          ],
        },
      },
    ],
  };
}
