import { parseYaml } from '@backstage-gitops/kubernetes-yaml';
import { HelmRelease } from '@backstage-gitops/plugin-gitops-common';
import { createPostRenderer } from './postRender';
import { postRenderPlan } from './postRenderPlan';

const release = (spec: string) =>
  ({
    metadata: { name: 'web', namespace: 'shop' },
    spec: parseYaml(spec),
  }) as unknown as HelmRelease;

/** As files that follow each other behind their names. */
function run(spec: string, files: Record<string, string>): string {
  const renderer = createPostRenderer(postRenderPlan(release(spec)));
  return renderer
    .run(Object.entries(files).map(([path, content]) => ({ path, content })))
    .map(({ path, content }) => `# ${path}\n${content}`)
    .join('');
}

const CONFIG = 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n';

describe('what is done to rendered objects', () => {
  // Compared with helm-controller 1.6 on the charts of the conformance data.
  it('sets the labels of the release over those of its own', () => {
    expect(
      run(
        'commonMetadata: {labels: {team: "1", helm.toolkit.fluxcd.io/name: x}, annotations: {note: "true"}}',
        {
          'a.yaml': `# comment\n${CONFIG}data: {long: ${'word '.repeat(30)}end, octal: "010"}\n`,
        },
      ),
    ).toBe(`# a.yaml
apiVersion: v1
data:
  long: ${'word '.repeat(30)}end
  octal: "010"
kind: ConfigMap
metadata:
  annotations:
    note: "true"
  labels:
    helm.toolkit.fluxcd.io/name: web
    helm.toolkit.fluxcd.io/namespace: shop
    team: "1"
  name: a
`);
  });

  it('takes lists apart, and keeps objects in their files', () => {
    expect(
      run('{}', {
        'a.yaml': `kind: List\napiVersion: v1\nitems:\n- {kind: A, apiVersion: v1, metadata: {name: a}}\n- {kind: B, apiVersion: v1, metadata: {name: b, labels: ~}}\n`,
        'b.yaml': '# nothing\n',
      }),
    ).toBe(`# a.yaml
apiVersion: v1
kind: A
metadata:
  labels:
    helm.toolkit.fluxcd.io/name: web
    helm.toolkit.fluxcd.io/namespace: shop
  name: a
---
apiVersion: v1
kind: B
metadata:
  labels:
    helm.toolkit.fluxcd.io/name: web
    helm.toolkit.fluxcd.io/namespace: shop
  name: b
`);
  });

  it('runs kustomizations one after the other, hooks among the rest', () => {
    const spec = `
postRenderers:
- kustomize:
    images: [{name: nginx, newTag: "9"}]
    patches:
    - target: {kind: Job}
      patch: |
        - {op: add, path: /metadata/labels, value: {first: a}}
- kustomize:
    patches:
    - target: {labelSelector: first=a}
      patch: |
        - {op: add, path: /metadata/labels/second, value: b}
`;
    expect(
      run(spec, {
        'hook.yaml':
          'kind: Job\napiVersion: batch/v1\nmetadata: {name: h, annotations: {helm.sh/hook: pre-install}}\nspec: {template: {spec: {containers: [{name: c, image: "nginx:1"}]}}}\n',
        'plain.yaml': CONFIG,
      }),
    ).toBe(`# hook.yaml
apiVersion: batch/v1
kind: Job
metadata:
  annotations:
    helm.sh/hook: pre-install
  labels:
    first: a
    helm.toolkit.fluxcd.io/name: web
    helm.toolkit.fluxcd.io/namespace: shop
    second: b
  name: h
spec:
  template:
    spec:
      containers:
      - image: nginx:9
        name: c
# plain.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  labels:
    helm.toolkit.fluxcd.io/name: web
    helm.toolkit.fluxcd.io/namespace: shop
  name: a
`);
  });

  it.each([
    ['{}', 'combined'],
    ['postRenderStrategy: nohooks', 'nohooks'],
  ])('with %s hooks are %s', (spec, strategy) => {
    expect(postRenderPlan(release(spec)).strategy).toBe(strategy);
  });

  it.each([
    ['{}', 'a: [', /on a.yaml: a.yaml:1:4: a bracket/],
    ['{}', 'text', /on a.yaml: a document is not a mapping/],
    ['{}', 'a: 1', /on a.yaml: an object has no kind/],
    ['{}', 'kind: A\nmetadata: {}', /kind A has no metadata.name/],
    [
      '{}',
      'kind: AList\nmetadata: []',
      /metadata of an object is not a mapping/,
    ],
    ['{}', `${CONFIG}x: .inf`, /on a.yaml: .* is infinite or not a number/],
    ['{}', 'kind: AList\nitems: 1', /the items of AList are not a list/],
    ['{}', 'kind: AList\nitems: [1]', /an item of AList is not a mapping/],
    ['{}', `${CONFIG}---\n${CONFIG}`, /ConfigMap a is rendered twice/],
    [
      'postRenderers: [{kustomize: {patches: [{patch: "kind: B\\nmetadata: {name: x}"}]}}]',
      CONFIG,
      /no resource matches/,
    ],
  ])('with %s refuses %j', (spec, content, message) => {
    expect(() => run(spec, { 'a.yaml': content })).toThrow(message);
  });
});
