import { createHash } from 'node:crypto';
import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { post, required } from '../post';

/** Opsgenie. The same thing of the same object is one alert. */
export const opsgenie: NotificationType = {
  type: 'opsgenie',
  async send({ event }, target) {
    const key = required(
      target.token,
      "API key; set the key 'token' of its Secret",
    );
    const { kind, namespace, name } = event.involvedObject;
    const { uid = '' } = target.provider.metadata;
    await post(target, {
      url: target.address,
      authorization: `GenieKey ${key}`,
      json: {
        message: `${kind}/${name}`,
        alias: createHash('sha256')
          .update([uid, kind, namespace, name, event.reason].join('/'))
          .digest('hex'),
        description: event.message,
        details: { ...event.metadata, severity: event.severity },
      },
    });
  },
};
