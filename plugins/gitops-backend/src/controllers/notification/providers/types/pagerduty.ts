import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post, required } from '../post';
import { isError, isProgress, reasonWords } from '../words';

const API = 'https://events.pagerduty.com';

/** PagerDuty, by its Events API v2: an error triggers, all else resolves. */
export const pagerduty: NotificationType = {
  type: 'pagerduty',
  async send({ event }, target) {
    if (isProgress(event)) {
      return;
    }
    const routingKey = required(
      target.channel,
      'routing key; set spec.channel to it',
    );
    const { origin } = addressOf(target.address || API);
    const { kind, name, uid = '' } = event.involvedObject;
    const told = {
      summary: `${reasonWords(event)}: ${`${kind}/${name}`.toLowerCase()}`,
      source: `Flux ${event.reportingController}`,
      timestamp: event.timestamp.replace(/\.\d+/, ''),
    };
    const details = { message: event.message, metadata: event.metadata ?? {} };
    await post(target, {
      url: `${origin}/v2/enqueue`,
      json: {
        routing_key: routingKey,
        event_action: isError(event) ? 'trigger' : 'resolve',
        dedup_key: uid,
        ...(isError(event) && {
          payload: {
            ...told,
            severity: 'error',
            component: name,
            group: kind,
            custom_details: details,
          },
        }),
      },
    });
    if (event.severity === 'info') {
      await post(target, {
        url: `${origin}/v2/change/enqueue`,
        json: {
          routing_key: routingKey,
          payload: { ...told, custom_details: details },
        },
      });
    }
  },
};
