import {
  GitopsObject,
  StatusWord,
} from '@backstage-gitops/plugin-gitops-common';

/** A Kustomization that is as a word says. */
export function kustomization(
  name: string,
  options: {
    namespace?: string;
    word?: StatusWord;
    since?: string;
    message?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    spec?: object;
    status?: object;
  } = {},
): GitopsObject {
  const { namespace = 'default', word = 'Ready' } = options;
  const condition = {
    Ready: { status: 'True', reason: 'ReconciliationSucceeded' },
    Suspended: { status: 'True', reason: 'ReconciliationSucceeded' },
    Failed: { status: 'False', reason: 'BuildFailed' },
    Waiting: { status: 'False', reason: 'DependencyNotReady' },
  }[word as string] ?? { status: 'Unknown', reason: 'Progressing' };
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-11-01T08:00:00Z',
      ...(options.labels && { labels: options.labels }),
      ...(options.annotations && { annotations: options.annotations }),
    },
    spec: {
      interval: '5m0s',
      path: './overlays/production',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'game-repo' },
      ...(word === 'Suspended' && { suspend: true }),
      ...options.spec,
    },
    status: {
      observedGeneration: 1,
      lastAppliedRevision: 'main@sha1:4f2c1a9d0be3b4b3a1c8f2d86f1e0a7c9d5b3e21',
      conditions: [
        {
          type: 'Ready',
          observedGeneration: 1,
          lastTransitionTime: options.since ?? '2026-11-22T09:00:00Z',
          message: options.message ?? `It is ${word}.`,
          ...condition,
        },
      ],
      ...options.status,
    },
  };
}

/** A GitRepository with an artifact. */
export function gitRepository(
  name: string,
  options: { namespace?: string; spec?: object } = {},
): GitopsObject {
  const { namespace = 'default' } = options;
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-11-01T08:00:00Z',
    },
    spec: {
      interval: '1m0s',
      url: 'https://git.example/game.git',
      ref: { branch: 'main' },
      ...options.spec,
    },
    status: {
      observedGeneration: 1,
      artifact: {
        path: `gitrepository/${namespace}/${name}/x.tar.gz`,
        url: 'http://portal/api/gitops/artifacts/x?signature=s',
        revision: 'main@sha1:4f2c1a9d0be3b4b3a1c8f2d86f1e0a7c9d5b3e21',
        digest: `sha256:${'ab'.repeat(32)}`,
        lastUpdateTime: '2026-11-22T08:59:58Z',
        size: 2048,
      },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          observedGeneration: 1,
          lastTransitionTime: '2026-11-22T08:59:58Z',
          reason: 'Succeeded',
          message: 'stored artifact',
        },
      ],
    },
  };
}
