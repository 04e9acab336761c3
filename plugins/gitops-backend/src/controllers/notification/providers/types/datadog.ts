import { NotificationType } from '@backstage-gitops/plugin-gitops-node';
import { addressOf, post, required } from '../post';
import { facts, isError, secondsOf } from '../words';

/** Datadog, by its Events API v1. */
export const datadog: NotificationType = {
  type: 'datadog',
  async send({ event }, target) {
    const key = required(
      target.token,
      "API key; set the key 'token' of its Secret",
    );
    const { kind, namespace, name } = event.involvedObject;
    const tags = [
      ['flux_reporting_controller', event.reportingController],
      ['flux_reason', event.reason],
      ['kube_kind', kind],
      ['kube_name', name],
      ['kube_namespace', namespace],
      ...facts(event),
    ];
    await post(target, {
      url: `${addressOf(target.address).origin}/api/v1/events`,
      headers: { 'dd-api-key': key, accept: 'application/json' },
      json: {
        title: `Events from the ${kind} ${name}/${namespace}`,
        text: event.message,
        tags: tags.map(([tag, value]) => `${tag}:${value}`.toLowerCase()),
        source_type_name: 'fluxcd',
        date_happened: secondsOf(event),
        alert_type: isError(event) ? 'error' : 'info',
      },
    });
  },
};
