import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { post } from '../post';
import { facts, htmlText, isError, objectName } from '../words';

/** Google Chat, by a webhook of a space. */
export const googlechat: NotificationType = {
  type: 'googlechat',
  async send({ event }, target) {
    const message = htmlText(event.message);
    const text = isError(event)
      ? `<font color="#ff0000">${message}</font>`
      : message;
    const all = facts(event);
    await post(target, {
      url: target.address,
      json: {
        cards: [
          {
            header: {
              title: objectName(event),
              subtitle: event.reportingController,
              imageUrl: null,
              imageStyle: null,
            },
            sections: [
              { header: '', widgets: [{ textParagraph: { text } }] },
              ...(all.length > 0
                ? [
                    {
                      header: '',
                      widgets: all.map(([topLabel, value]) => ({
                        keyValue: {
                          ...{ topLabel, content: htmlText(value) },
                          contentMultiline: false,
                        },
                      })),
                    },
                  ]
                : []),
            ],
          },
        ],
      },
    });
  },
};
