import { createHash } from 'node:crypto';
import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post, required } from '../post';
import { facts, isError, objectName } from '../words';

/** Matrix, as a user of a room. A message that is sent twice shows once. */
export const matrix: NotificationType = {
  type: 'matrix',
  async send({ event }, target) {
    const token = required(
      target.token,
      "access token; set the key 'token' of its Secret",
    );
    const room = required(target.channel, 'room; set spec.channel to its id');
    const transaction = createHash('sha1')
      .update(JSON.stringify(event))
      .digest('hex');
    const base = addressOf(target.address).href.replace(/\/+$/, '');
    const lines = [
      `${isError(event) ? '🚨' : '💫'} ${objectName(event)}`,
      event.message,
      facts(event)
        .map(([key, value]) => `- ${key}: ${value}\n`)
        .join(''),
    ];
    await post(target, {
      method: 'PUT',
      url: `${base}/_matrix/client/r0/rooms/${encodeURIComponent(room)}/send/m.room.message/${transaction}`,
      authorization: `Bearer ${token}`,
      json: { body: lines.join('\n'), msgtype: 'm.text' },
    });
  },
};
