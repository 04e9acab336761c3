import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { CelExpressionCache } from '@backstage-gitops/kubernetes-apply';
import { Home } from '../../homes/Home';
import { checkDependencies, unmetDependency } from './checkDependencies';

const kustomization = (
  name: string,
  overrides: {
    source?: string;
    ready?: 'True' | 'False';
    observedGeneration?: number;
    lastAppliedRevision?: string;
  } = {},
): Kustomization => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'apps', generation: 2 },
  spec: {
    interval: '1m',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: overrides.source ?? 'repo' },
  },
  status: {
    observedGeneration: overrides.observedGeneration ?? 2,
    lastAppliedRevision: overrides.lastAppliedRevision ?? 'main@sha1:b',
    conditions: overrides.ready && [
      {
        type: 'Ready',
        status: overrides.ready,
        reason: 'x',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  },
});

describe('unmetDependency', () => {
  const dependant = kustomization('app');

  it.each([
    ['never reconciled', {}, "dependency 'apps/infra' is not ready"],
    [
      'not ready',
      { ready: 'False' as const },
      "dependency 'apps/infra' is not ready",
    ],
    [
      'ready for an older spec',
      { ready: 'True' as const, observedGeneration: 1 },
      "dependency 'apps/infra' is not ready",
    ],
    [
      'ready at an older revision of the same source',
      { ready: 'True' as const, lastAppliedRevision: 'main@sha1:a' },
      "dependency 'apps/infra' revision is not up to date",
    ],
    [
      'ready at another revision of another source',
      {
        ready: 'True' as const,
        lastAppliedRevision: 'main@sha1:a',
        source: 'other',
      },
      undefined,
    ],
    ['ready at the same revision', { ready: 'True' as const }, undefined],
    [
      'ready at the same revision in its older form',
      { ready: 'True' as const, lastAppliedRevision: 'main/b' },
      "dependency 'apps/infra' revision is not up to date",
    ],
  ])('%s', (_, overrides, expected) => {
    expect(
      unmetDependency(
        dependant,
        kustomization('infra', overrides),
        'main@sha1:b',
      ),
    ).toBe(expected);
  });
});

describe('checkDependencies', () => {
  it.each([
    [false, undefined],
    [true, "dependency 'apps/infra' is not ready"],
  ])(
    'with an expression that holds and additive %s',
    async (additive, unmet) => {
      const object = kustomization('app');
      object.spec.dependsOn = [{ name: 'infra', readyExpr: 'true' }];
      const read = async () => kustomization('infra', { ready: 'False' });
      await expect(
        checkDependencies({
          home: { read } as unknown as Home,
          object,
          additive,
          revision: 'main@sha1:b',
          compile: text =>
            new CelExpressionCache().compile(text, { output: 'bool' }),
        }),
      ).resolves.toBe(unmet);
    },
  );
});
