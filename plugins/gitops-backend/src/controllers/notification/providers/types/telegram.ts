import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post, required } from '../post';
import { facts, isError } from '../words';

const API = 'https://api.telegram.org';

/**
 * Telegram, as a bot. The channel is a chat, or `<chat>:<thread>`. The address is that of
 * another server of the Bot API, where there is one.
 */
export const telegram: NotificationType = {
  type: 'telegram',
  async send({ event }, target) {
    const channel = required(target.channel, 'channel; set spec.channel');
    const token = required(
      target.token,
      "token of a bot; set the key 'token' of its Secret",
    );
    const { kind, name, namespace } = event.involvedObject;
    const heading = `${isError(event) ? '🚨' : '💫'} ${kind.toLowerCase()}/${name}/${namespace}`;
    const metadata = facts(event).map(
      ([key, value]) => `\\- *${escape(key)}*: ${escape(value)}\n`,
    );
    const [chat, ...thread] = channel.split(':');
    const base = addressOf(target.address || API).href.replace(/\/+$/, '');
    await post(target, {
      url: `${base}/bot${token}/sendMessage`,
      json: {
        chat_id: chat,
        ...(thread.length > 0 && { message_thread_id: thread.join(':') }),
        text: `*${escape(heading)}*\n${escape(event.message)}\n${metadata.join('')}`,
        parse_mode: 'MarkdownV2',
      },
    });
  },
};

/** What MarkdownV2 takes for markup. */
function escape(text: string): string {
  return text.replace(/[\\.\-_[\]()~>`#+=|{}!*]/g, '\\$&');
}
