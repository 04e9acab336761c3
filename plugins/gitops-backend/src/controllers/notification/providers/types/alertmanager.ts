import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { basic } from '../authorization';
import { post } from '../post';

/** Prometheus Alertmanager, by its API v2. */
export const alertmanager: NotificationType = {
  type: 'alertmanager',
  async send({ event }, target) {
    const { token, username, password } = target;
    const { kind, namespace, name } = event.involvedObject;
    const { summary, ...metadata } = event.metadata ?? {};
    const byUser = username && password ? basic(username, password) : undefined;
    await post(target, {
      url: target.address,
      authorization: byUser ?? (token ? `Bearer ${token}` : undefined),
      json: [
        {
          status: 'firing',
          labels: {
            ...metadata,
            alertname: `Flux${kind}${titled(event.reason)}`,
            severity: event.severity,
            reason: event.reason,
            ...{ kind, name, namespace },
            reportingcontroller: event.reportingController,
          },
          annotations: {
            message: event.message,
            ...(summary !== undefined && { summary }),
          },
          startsAt: event.timestamp.replace(/\.\d+/, ''),
        },
      ],
    });
  },
};

/** As a word of a title: one capital, the rest small. */
function titled(reason: string): string {
  return reason.charAt(0).toUpperCase() + reason.slice(1).toLowerCase();
}
