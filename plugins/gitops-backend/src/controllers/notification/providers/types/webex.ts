import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { post, required } from '../post';
import { facts, isError, markdownText, objectName } from '../words';

/** Webex, as a bot of a room. */
export const webex: NotificationType = {
  type: 'webex',
  async send({ event }, target) {
    const token = required(
      target.token,
      "access token of a bot; set the key 'token' of its Secret",
    );
    const lines = [
      `${isError(event) ? '💣' : '✅'} **${objectName(event)}**`,
      markdownText(event.message),
      ...facts(event).map(
        ([key, value]) => `>**${key}**: ${markdownText(value)}`,
      ),
    ];
    await post(target, {
      url: target.address,
      authorization: `Bearer ${token}`,
      json: {
        roomId: target.channel,
        markdown: lines.map(line => `${line}\n`).join(''),
      },
    });
  },
};
