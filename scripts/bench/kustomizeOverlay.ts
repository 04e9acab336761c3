/** Objects in one file of the base. */
const OBJECTS_PER_FILE = 100;

/**
 * A base and an overlay of `count` objects: triples of a Deployment, its
 * Service and its ConfigMap. The overlay does what overlays do: it renames
 * (so every reference has to follow), labels with selectors, annotates, sets
 * images and replicas, patches in three ways and generates a ConfigMap that
 * every Deployment refers to. Build `overlay`.
 */
export function overlay(count: number): Record<string, string> {
  const objects: string[] = [];
  for (let index = 0; objects.length < count; index++) {
    objects.push(deployment(index), service(index), configMap(index));
  }
  // The generated ConfigMap counts.
  objects.length = count - 1;
  const files: Record<string, string> = {};
  const names: string[] = [];
  for (let start = 0; start < objects.length; start += OBJECTS_PER_FILE) {
    const name = `objects-${start / OBJECTS_PER_FILE}.yaml`;
    names.push(name);
    files[`base/${name}`] = objects
      .slice(start, start + OBJECTS_PER_FILE)
      .join('---\n');
  }
  files['base/kustomization.yaml'] = [
    'resources:',
    ...names.map(name => `  - ${name}`),
    '',
  ].join('\n');
  files['overlay/kustomization.yaml'] = OVERLAY;
  files['overlay/first.yaml'] = FIRST;
  return files;
}

function deployment(index: number): string {
  const name = `shop-${index}`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}, size: ${index % 2 ? 'small' : 'large'}}
spec:
  replicas: 2
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      initContainers:
        - name: migrate
          image: shop/server:1.${index % 5}
      containers:
        - name: server
          image: shop/server:1.${index % 5}
          command: ["/server", "--listen=:8080"]
          env:
            - name: NUMBER
              value: "${index}"
            - name: REGION
              valueFrom:
                configMapKeyRef: {name: shared, key: region}
          envFrom:
            - configMapRef: {name: ${name}-settings}
          ports:
            - {name: web, containerPort: 8080}
          volumeMounts:
            - {name: settings, mountPath: /settings}
        - name: proxy
          image: example.com/proxy:3
      volumes:
        - name: settings
          configMap: {name: ${name}-settings}
`;
}

function service(index: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: shop-${index}
spec:
  selector: {app: shop-${index}}
  ports:
    - {name: web, port: 80, targetPort: web}
`;
}

function configMap(index: number): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: shop-${index}-settings
data:
  number: "${index}"
  shop.ini: |
    [shop]
    number = ${index}
    address = http://shop-${index}.example
`;
}

const OVERLAY = `namespace: shops
namePrefix: live-
resources:
  - ../base
labels:
  - pairs: {stage: live}
    includeSelectors: true
  - pairs: {owner: shop-team}
commonAnnotations:
  contact: shop-team@example.com
images:
  - name: shop/server
    newName: registry.example.com/shop/server
    newTag: "2.0"
  - name: example.com/proxy
    digest: sha256:0f3fd3f3a1bf2d4fc5a0c1d2e7b5ad0c7bd4b5ba29bb7ee1b5a4d8e80db5b0b2
replicas:
  - name: shop-1
    count: 9
configMapGenerator:
  - name: shared
    literals: [region=north]
patches:
  - target: {kind: Deployment, labelSelector: size=large}
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: every}
      spec:
        template:
          spec:
            containers:
              - name: server
                resources:
                  requests: {memory: 64Mi}
  - target: {kind: Service}
    patch: |
      - op: add
        path: /spec/type
        value: ClusterIP
  - path: first.yaml
`;

const FIRST = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop-0
spec:
  template:
    spec:
      containers:
        - name: proxy
          $patch: delete
`;
