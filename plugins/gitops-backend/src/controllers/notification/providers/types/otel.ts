import { createHash } from 'node:crypto';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  Notification,
  NotificationType,
} from '@backstage-gitops/plugin-gitops-node';
import { basic } from '../authorization';
import { addressOf, post } from '../post';
import { isError } from '../words';

type Span = Parameters<
  typeof ProtobufTraceSerializer.serializeRequest
>[0][number];

const SAMPLED = 1;
const INTERNAL = 0;
const STATUS = { ok: 1, error: 2 };

/** OpenTelemetry, by OTLP over HTTP: a span for each event, a trace for each revision. */
export const otel: NotificationType = {
  type: 'otel',
  async send(notification, target) {
    const { event } = notification;
    // It says nothing of a deployment.
    if (event.involvedObject.kind === 'HelmRepository') {
      return;
    }
    const { username, headers } = target;
    const password = target.token || target.password;
    const isNamed = Object.keys(headers).some(
      name => name.toLowerCase() === 'authorization',
    );
    const url = addressOf(target.address);
    if (url.pathname === '/') {
      url.pathname = '/v1/traces';
    }
    const body = ProtobufTraceSerializer.serializeRequest([
      spanOf(notification),
    ]);
    await post(target, {
      url,
      headers: { ...headers, 'content-type': 'application/x-protobuf' },
      ...(password &&
        !isNamed && {
          authorization: username
            ? basic(username, password)
            : `Bearer ${password}`,
        }),
      body,
    });
  },
};

function spanOf({ event, alert }: Notification): Span {
  const { involvedObject, metadata = {} } = event;
  const { kind, namespace, name, uid = '' } = involvedObject;
  const at = timeOf(event.timestamp);
  const traceId = digest(`${alert.uid}:${revisionOf(metadata)}`).slice(0, 32);
  const spanId = digest(JSON.stringify(event)).slice(0, 16);
  const span: Pick<
    Span,
    | 'name'
    | 'kind'
    | 'spanContext'
    | 'startTime'
    | 'endTime'
    | 'status'
    | 'attributes'
    | 'links'
    | 'events'
    | 'duration'
    | 'ended'
    | 'resource'
    | 'instrumentationScope'
    | 'droppedAttributesCount'
    | 'droppedEventsCount'
    | 'droppedLinksCount'
  > = {
    name: `${kind}: ${namespace}/${name}`,
    kind: INTERNAL,
    spanContext: () => ({ traceId, spanId, traceFlags: SAMPLED }),
    startTime: at,
    endTime: at,
    duration: [0, 0],
    ended: true,
    // What is well has no words (OpenTelemetry's API for tracing).
    status: isError(event)
      ? { code: STATUS.error, message: event.message }
      : { code: STATUS.ok },
    attributes: {
      'object.uid': uid,
      'object.kind': kind,
      'object.name': name,
      'object.namespace': namespace,
      ...metadata,
    },
    links: [],
    events: [],
    resource: resourceOf(alert),
    instrumentationScope: { name: 'flux:notification-controller' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  return span;
}

function resourceOf({
  namespace,
  name,
  uid,
}: Notification['alert']): Span['resource'] {
  const attributes = {
    'service.name': `${namespace}/${name}`,
    'service.namespace': namespace,
    'service.instance.id': uid,
  };
  const resource: Span['resource'] = {
    attributes,
    merge: () => resource,
    getRawAttributes: () => Object.entries(attributes),
  };
  return resource;
}

/** What the sources of a deployment and what they bring about have in common. */
function revisionOf(metadata: Record<string, string>): string {
  const {
    'oci-digest': ociDigest,
    'app-version': version,
    revision,
  } = metadata;
  return ociDigest && version
    ? `${version}@${ociDigest}`
    : (revision ?? 'unknown');
}

/** Seconds and nanoseconds. */
function timeOf(timestamp: string): [number, number] {
  const ms = Date.parse(timestamp);
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1_000_000];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
