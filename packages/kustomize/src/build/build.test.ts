import { buildText } from '../testing/buildText';

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: app
        image: nginx:1.25
        ports:
        - containerPort: 80
      - name: proxy
        image: envoy
`;

describe('build', () => {
  it('merges a patch by container name, elements of the patch first', () => {
    expect(
      buildText({
        'kustomization.yaml': `
resources: [web.yaml]
patches:
- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      template:
        spec:
          containers:
          - name: proxy
            image: envoy:2
`,
        'web.yaml': deployment,
      }),
    ).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  template:
    spec:
      containers:
      - image: envoy:2
        name: proxy
      - image: nginx:1.25
        name: app
        ports:
        - containerPort: 80
`);
  });

  it('renames generated objects by content, and what refers to them', () => {
    const text = buildText({
      'kustomization.yaml': `
namePrefix: p-
resources: [pod.yaml]
configMapGenerator:
- name: settings
  literals: [a=b]
`,
      'pod.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec:
  volumes:
  - name: v
    configMap: {name: settings}
`,
    });
    const [, name] = /name: (p-settings-[a-z0-9]{10})\n/.exec(text) ?? [];
    expect(name).toBeDefined();
    expect(text.split(name)).toHaveLength(3);
  });

  it('sets namespace, images, labels and replicas', () => {
    expect(
      buildText({
        'kustomization.yaml': `
namespace: team
resources: [web.yaml]
images:
- {name: nginx, newTag: "1.27"}
- {name: envoy, newName: example.com/envoy, digest: sha256:abc}
labels:
- pairs: {app: web}
  includeTemplates: true
replicas:
- {name: web, count: 3}
`,
        'web.yaml': deployment,
      }),
    ).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app: web
  name: web
  namespace: team
spec:
  replicas: 3
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - image: nginx:1.27
        name: app
        ports:
        - containerPort: 80
      - image: example.com/envoy@sha256:abc
        name: proxy
`);
  });

  it('reads patches as YAML 1.1 and resources as YAML 1.2', () => {
    expect(
      buildText({
        'kustomization.yaml': `
resources: [cm.yaml]
patches:
- target: {kind: ConfigMap}
  patch: |
    - {op: add, path: /data/b, value: yes}
`,
        'cm.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: yes}\n',
      }),
    ).toBe(`apiVersion: v1
data:
  a: "yes"
  b: true
kind: ConfigMap
metadata:
  name: c
`);
  });

  it('orders objects for their dependencies unless told otherwise', () => {
    const files = {
      'kustomization.yaml': 'resources: [all.yaml]\n',
      'all.yaml': `
apiVersion: v1
kind: Service
metadata: {name: s}
---
apiVersion: v1
kind: Namespace
metadata: {name: n}
`,
    };
    const kinds = (text: string) => text.match(/(?<=^kind: ).*$/gm);
    expect(kinds(buildText(files))).toEqual(['Service', 'Namespace']);
    expect(kinds(buildText(files, { reorder: 'legacy' }))).toEqual([
      'Namespace',
      'Service',
    ]);
  });

  it('keeps 64-bit integers', () => {
    expect(
      buildText({
        'kustomization.yaml': 'resources: [x.yaml]\n',
        'x.yaml':
          'apiVersion: example.com/v1\nkind: X\nmetadata: {name: x}\nspec: {id: 9223372036854775807}\n',
      }),
    ).toContain('id: 9223372036854775807\n');
  });
});
