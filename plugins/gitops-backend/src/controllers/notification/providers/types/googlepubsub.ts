import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { post, required } from '../post';

const API = 'https://pubsub.googleapis.com';
const SCOPE = 'https://www.googleapis.com/auth/pubsub';

/** Google Pub/Sub: the event as a message. The address is a project, the channel a topic. */
export const googlepubsub: NotificationType = {
  type: 'googlepubsub',
  async send({ event }, target) {
    const { token: credentials, headers } = target;
    const project = required(
      target.address,
      'project; set spec.address to its id',
    );
    const topic = required(target.channel, 'topic; set spec.channel to its id');
    const token = await target.cloudToken('gcp', SCOPE, credentials);
    const [p, t] = [project, topic].map(encodeURIComponent);
    await post(target, {
      url: `${API}/v1/projects/${p}/topics/${t}:publish`,
      authorization: `Bearer ${token}`,
      json: {
        messages: [
          {
            data: Buffer.from(JSON.stringify(event)).toString('base64'),
            ...(Object.keys(headers).length > 0 && { attributes: headers }),
          },
        ],
      },
    });
  },
};
