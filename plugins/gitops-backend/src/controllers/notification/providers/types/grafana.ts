import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { basic } from '../authorization';
import { post } from '../post';
import { facts, objectName, secondsOf } from '../words';

/** Grafana, as an annotation in the format of Graphite. */
export const grafana: NotificationType = {
  type: 'grafana',
  async send({ event }, target) {
    const { token, username, password } = target;
    const { kind, namespace, name } = event.involvedObject;
    const byUser = username && password ? basic(username, password) : undefined;
    const plain = (text: string) => text.replaceAll(':', '|');
    await post(target, {
      url: target.address,
      authorization: token ? `Bearer ${token}` : byUser,
      json: {
        when: secondsOf(event),
        text: objectName(event),
        tags: [
          'flux',
          event.reportingController,
          ...facts(event).map(
            ([key, value]) => `${plain(key)}: ${plain(value)}`,
          ),
          `kind: ${kind}`,
          `name: ${name}`,
          `namespace: ${namespace}`,
        ],
      },
    });
  },
};
