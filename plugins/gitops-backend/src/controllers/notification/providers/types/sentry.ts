import { createHash } from 'node:crypto';
import {
  NotificationError,
  NotificationEvent,
  NotificationTarget,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { post } from '../post';
import { isError } from '../words';

const CLIENT = 'backstage-gitops';

/** Where a DSN leads, and as whom. */
interface SentryProject {
  url: string;
  publicKey: string;
}

/** Sentry: errors are events, all else is a trace. The channel is the environment. */
export const sentry: NotificationType = {
  type: 'sentry',
  async send({ event }, target) {
    const { url, publicKey } = readDsn(target.address);
    const digest = createHash('sha256')
      .update(JSON.stringify(event))
      .digest('hex');
    // The same for the same event: what is sent twice is taken once.
    const id = digest.slice(0, 32);
    const payload = isError(event)
      ? errorOf(event, id, target)
      : transactionOf(event, id, digest, target);
    const item = JSON.stringify(payload);
    const type = isError(event) ? 'event' : 'transaction';
    await post(target, {
      url,
      headers: {
        'content-type': 'application/x-sentry-envelope',
        'x-sentry-auth': `Sentry sentry_version=7, sentry_client=${CLIENT}, sentry_key=${publicKey}`,
      },
      body: [
        JSON.stringify({
          event_id: id,
          sent_at: new Date(target.now()).toISOString(),
        }),
        JSON.stringify({ type, length: Buffer.byteLength(item) }),
        `${item}\n`,
      ].join('\n'),
    });
  },
};

/** `https://<key>@<host>[/<path>]/<project>` */
function readDsn(dsn: string): SentryProject {
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined;
  const [, path, project] = /^(.*)\/(\w+)$/.exec(url?.pathname ?? '') ?? [];
  if (!url || !/^https?:$/.test(url.protocol) || !url.username || !project) {
    throw new NotificationError(
      'NOTIFICATION_MISCONFIGURED',
      "the address of the Provider is no DSN of Sentry (https://<key>@<host>/<project>); correct spec.address, or the key 'address' of its Secret",
    );
  }
  return {
    url: `${url.origin}${path}/api/${project}/envelope/`,
    publicKey: url.username,
  };
}

function errorOf(
  event: NotificationEvent,
  id: string,
  { channel }: NotificationTarget,
): object {
  return {
    ...common(event, id, channel),
    level: 'error',
    server_name: event.reportingController,
    contexts: { metadata: event.metadata ?? {} },
  };
}

function transactionOf(
  event: NotificationEvent,
  id: string,
  digest: string,
  { channel }: NotificationTarget,
): object {
  const { kind, namespace, name } = event.involvedObject;
  return {
    ...common(event, id, channel),
    type: 'transaction',
    start_timestamp: event.timestamp,
    contexts: {
      trace: { trace_id: id, span_id: digest.slice(32, 48), op: 'event' },
    },
    tags: {
      flux_involved_object_kind: kind,
      flux_involved_object_namespace: namespace,
      flux_involved_object_name: name,
      flux_reporting_controller: event.reportingController,
      flux_reporting_instance: event.reportingInstance ?? '',
      flux_reason: event.reason,
      ...event.metadata,
    },
    spans: [],
  };
}

function common(
  { involvedObject, message, timestamp }: NotificationEvent,
  id: string,
  environment: string,
): object {
  const { kind, namespace, name } = involvedObject;
  return {
    ...{ event_id: id, timestamp, message },
    platform: 'other',
    transaction: `${kind}: ${namespace}/${name}`,
    ...(environment && { environment }),
  };
}
