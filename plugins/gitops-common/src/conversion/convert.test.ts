import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { KubernetesObject } from '../objects';
import { validate } from '../validation';
import { convert } from './convert';
import { UnknownKindError } from './errors';

function read(text: string): KubernetesObject {
  return parseYaml(text) as unknown as KubernetesObject;
}

describe('convert', () => {
  it('drops what is no more, and says what to do', () => {
    const { object, warnings } = convert(
      read(`
apiVersion: kustomize.toolkit.fluxcd.io/v1beta2
kind: Kustomization
metadata: {name: a}
spec:
  interval: 10m
  prune: true
  validation: client
  sourceRef: {kind: GitRepository, name: a}
`),
    );
    expect(object.apiVersion).toBe('kustomize.toolkit.fluxcd.io/v1');
    expect(warnings).toEqual([
      {
        path: 'spec.validation',
        code: 'droppedField',
        value: '"client"',
        message:
          'spec.validation: "client" was dropped, the field is no more; every apply is validated by the API server now; remove it',
      },
    ]);
    expect(validate(object)).toEqual({ errors: [], warnings: [] });
  });

  it('GitRepository loses gitImplementation and accessFrom', () => {
    const { object, warnings } = convert(
      read(`
apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: GitRepository
metadata: {name: a}
spec:
  url: https://a
  interval: 1m
  gitImplementation: libgit2
  accessFrom: {namespaceSelectors: [{matchLabels: {}}]}
status:
  url: http://old
  contentConfigChecksum: x
  artifact:
    path: p
    url: u
    revision: main/5394cb7f48332b2de7c17dd8b8384bbc84b7e738
    checksum: ${'a'.repeat(64)}
    lastUpdateTime: "2026-01-31T12:00:00Z"
`),
    );
    expect(object.spec).toEqual({ url: 'https://a', interval: '1m' });
    expect(warnings.map(w => w.path)).toEqual([
      'spec.accessFrom',
      'spec.gitImplementation',
    ]);
    expect(object.status).toMatchObject({
      artifact: {
        revision: 'main@sha1:5394cb7f48332b2de7c17dd8b8384bbc84b7e738',
        digest: `sha256:${'a'.repeat(64)}`,
      },
    });
    expect(validate(object)).toEqual({ errors: [], warnings: [] });
  });

  it('patches keep the order in which kustomize ran them', () => {
    const { object, warnings } = convert(
      read(`
apiVersion: kustomize.toolkit.fluxcd.io/v1beta1
kind: Kustomization
metadata: {name: a}
spec:
  interval: 10m
  prune: true
  sourceRef: {kind: GitRepository, name: a}
  patches: [{patch: "second"}]
  patchesJson6902:
    - target: {kind: Deployment, name: web}
      patch: [{op: remove, path: /spec}]
  patchesStrategicMerge:
    - apiVersion: v1
      kind: ConfigMap
      metadata: {name: c}
      data: {password: hunter2}
`),
    );
    expect(object.spec).toMatchObject({
      patches: [
        {
          patch:
            'apiVersion: v1\ndata:\n  password: hunter2\nkind: ConfigMap\nmetadata:\n  name: c\n',
        },
        { patch: 'second' },
        {
          patch: '- op: remove\n  path: /spec\n',
          target: { kind: 'Deployment', name: 'web' },
        },
      ],
    });
    expect(warnings.map(w => [w.path, w.code])).toEqual([
      ['spec.patchesStrategicMerge', 'movedField'],
      ['spec.patchesJson6902', 'movedField'],
    ]);
    expect(JSON.stringify(warnings)).not.toContain('hunter2');
    expect(validate(object)).toEqual({ errors: [], warnings: [] });
  });

  it('Kustomization v1alpha1 named its ServiceAccount in an object', () => {
    const { object, warnings } = convert(
      read(`
apiVersion: kustomize.toolkit.fluxcd.io/v1alpha1
kind: Kustomization
metadata: {name: a}
spec:
  interval: 10m
  prune: true
  sourceRef: {kind: GitRepository, name: a}
  dependsOn: [infra, other/apps]
  serviceAccount: {name: deployer, namespace: dev}
`),
    );
    expect(object.spec).toMatchObject({
      serviceAccountName: 'deployer',
      dependsOn: [{ name: 'infra' }, { namespace: 'other', name: 'apps' }],
    });
    expect(warnings.map(w => w.path)).toEqual([
      'spec.dependsOn',
      'spec.serviceAccount.namespace',
      'spec.serviceAccount',
    ]);
    expect(validate(object)).toEqual({ errors: [], warnings: [] });
  });

  it('HelmRelease: the one values file comes first', () => {
    const { object } = convert(
      read(`
apiVersion: helm.toolkit.fluxcd.io/v2beta1
kind: HelmRelease
metadata: {name: a}
spec:
  interval: 10m
  chart:
    spec:
      chart: podinfo
      valuesFile: one.yaml
      valuesFiles: [two.yaml]
      sourceRef: {kind: HelmRepository, name: podinfo}
  postRenderers:
    - kustomize:
        patchesStrategicMerge: [{kind: Deployment}]
`),
    );
    expect(object.spec).toMatchObject({
      chart: { spec: { valuesFiles: ['one.yaml', 'two.yaml'] } },
      postRenderers: [
        { kustomize: { patches: [{ patch: 'kind: Deployment\n' }] } },
      ],
    });
    expect(validate(object)).toEqual({ errors: [], warnings: [] });
  });

  it('ImageUpdateAutomation v1alpha1 gets its git section', () => {
    const { object, warnings } = convert(
      read(`
apiVersion: image.toolkit.fluxcd.io/v1alpha1
kind: ImageUpdateAutomation
metadata: {name: a}
spec:
  interval: 10m
  checkout: {gitRepositoryRef: {name: repo}, branch: main}
  commit: {authorName: Bot, authorEmail: bot@example.com, messageTemplate: "{{ .Updated }}"}
  push: {branch: auto}
  update: {strategy: Setters, path: ./apps}
`),
    );
    expect(object.spec).toEqual({
      interval: '10m',
      sourceRef: { kind: 'GitRepository', name: 'repo' },
      git: {
        checkout: { ref: { branch: 'main' } },
        commit: {
          author: { name: 'Bot', email: 'bot@example.com' },
          messageTemplate: '{{ .Updated }}',
        },
        push: { branch: 'auto' },
      },
      update: { strategy: 'Setters', path: './apps' },
    });
    expect(warnings.map(w => w.code)).toContain('deprecated');
    expect(validate(object)).toEqual({ errors: [], warnings: [] });
  });

  it('does not change what it is given', () => {
    const before = `
apiVersion: kustomize.toolkit.fluxcd.io/v1beta1
kind: Kustomization
metadata: {name: a}
spec: {validation: none, patchesStrategicMerge: [{a: 1}]}
`;
    const object = read(before);
    convert(object);
    expect(object).toEqual(read(before));
  });

  it.each([
    ['kustomize.toolkit.fluxcd.io/v9', 'Kustomization'],
    ['kustomize.config.k8s.io/v1beta1', 'Kustomization'],
  ])('names the known versions for %s', (apiVersion, kind) => {
    const run = () => convert({ apiVersion, kind, metadata: { name: 'a' } });
    expect(run).toThrow(UnknownKindError);
    expect(run).toThrow(
      `there is no ${kind} of apiVersion '${apiVersion}'; known are kustomize.toolkit.fluxcd.io/v1alpha1, kustomize.toolkit.fluxcd.io/v1beta1, kustomize.toolkit.fluxcd.io/v1beta2, kustomize.toolkit.fluxcd.io/v1`,
    );
  });

  it.each([
    'spec: null',
    'spec: text',
    'spec: {patchesStrategicMerge: {a: 1}, serviceAccount: [], dependsOn: 1}',
    'spec: {patchesJson6902: [null, 1, {}]}',
    'status: 1',
  ])('leaves malformed fields to the validation: %s', text => {
    const object = read(
      `{apiVersion: kustomize.toolkit.fluxcd.io/v1beta1, kind: Kustomization, metadata: {name: a}, ${text}}`,
    );
    expect(validate(convert(object).object).errors).not.toEqual([]);
  });
});
