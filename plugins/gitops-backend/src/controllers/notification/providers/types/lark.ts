import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { post } from '../post';
import { facts, isError, objectName } from '../words';

/** Lark (Feishu), by the webhook of a bot. */
export const lark: NotificationType = {
  type: 'lark',
  async send({ event }, target) {
    const [emoji, template] = isError(event)
      ? ['🚨', 'red']
      : ['💫', 'turquoise'];
    const lines = facts(event).map(
      ([key, value]) => `${key}: ${text(value)}\n`,
    );
    await post(target, {
      url: target.address,
      json: {
        msg_type: 'interactive',
        card: {
          config: { wide_screen_mode: true },
          header: {
            title: {
              tag: 'plain_text',
              content: `${emoji} ${objectName(event)}`,
            },
            template,
          },
          elements: [
            {
              tag: 'div',
              text: {
                tag: 'lark_md',
                content: `**${text(event.message)}**\n\n${lines.join('')}`,
              },
            },
          ],
        },
      },
    });
  },
};

/** Its Markdown takes entities for what would be markup. */
function text(value: string): string {
  return value.replace(
    /[<>*[\]()~`\\]/g,
    character => `&#${character.codePointAt(0)};`,
  );
}
