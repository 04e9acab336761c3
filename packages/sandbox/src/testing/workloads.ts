import type { JsonObject } from '../json/value';

/** A workload of a kind that has a selector and a template. */
export function workload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet',
  name: string,
  options: {
    spec?: JsonObject;
    image?: string;
    annotations?: JsonObject;
    templateAnnotations?: JsonObject;
  } = {},
): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name,
      namespace: 'default',
      ...(options.annotations ? { annotations: options.annotations } : {}),
    },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { app: name },
          ...(options.templateAnnotations
            ? { annotations: options.templateAnnotations }
            : {}),
        },
        spec: {
          containers: [{ name: 'app', image: options.image ?? 'app:1' }],
        },
      },
      ...options.spec,
    },
  };
}

/** A Job, whose pods end. */
export function job(
  name: string,
  spec: JsonObject = {},
  annotations: JsonObject = {},
): JsonObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default', annotations },
    spec: {
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'app', image: 'app:1' }],
        },
      },
      ...spec,
    },
  };
}

/** A pod made by hand. */
export function pod(
  name: string,
  options: {
    image?: string;
    spec?: JsonObject;
    container?: JsonObject;
    annotations?: JsonObject;
    labels?: JsonObject;
  } = {},
): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      annotations: options.annotations ?? {},
      labels: options.labels ?? {},
    },
    spec: {
      containers: [
        { name: 'app', image: options.image ?? 'app:1', ...options.container },
      ],
      ...options.spec,
    },
  };
}
