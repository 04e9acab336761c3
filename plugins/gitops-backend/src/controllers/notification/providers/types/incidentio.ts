import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { post, required } from '../post';
import { isError, isProgress, objectName } from '../words';

/** incident.io, by an alert source of HTTP: an error fires, all else resolves. */
export const incidentio: NotificationType = {
  type: 'incident.io',
  async send({ event }, target) {
    if (isProgress(event)) {
      return;
    }
    const token = required(
      target.token,
      "API token; set the key 'token' of its Secret",
    );
    const { reason, severity, reportingController } = event;
    await post(target, {
      url: target.address,
      authorization: `Bearer ${token}`,
      json: {
        title: `${objectName(event)}: ${reason}`,
        status: isError(event) ? 'firing' : 'resolved',
        deduplication_key: event.involvedObject.uid ?? '',
        description: event.message,
        metadata: {
          ...event.metadata,
          ...{ severity, reason },
          ...(reportingController && { reportingController }),
        },
      },
    });
  },
};
