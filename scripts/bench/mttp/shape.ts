import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';

/** Of what a measurement is made. */
export interface Shape {
  /** Beside the namespaces, once. */
  shared: readonly KubernetesObject[];
  /** Made for each delivery; each kind on its own. */
  makes: readonly ((index: number) => KubernetesObject)[];
  /** What has to be Ready in the end, so often. */
  ready: readonly {
    apiVersion: string;
    plural: string;
    count: (deliveries: number) => number;
  }[];
  /** How many runs an interval has. */
  runs: (deliveries: number) => number;
  /** What is put right is noticed at once, and not at the next interval only. */
  watchesDrift: boolean;
  /** Ends what the objects come from. */
  stop(): Promise<void>;
}

/** Where the GitOps objects are, and their ServiceAccount. */
export const NAMESPACE = 'mttp';
/** Where they deliver to. */
export const TARGET_NAMESPACE = 'mttp-apps';
/** Of each delivery. */
export const OBJECTS = 4;
/** Repository of the artifact, in any registry. */
export const REPOSITORY = 'bench/podinfo';

export const ACCOUNT = 'flux';

function labels(): string {
  return `  name: "podinfo-\${INDEX}"
  labels:
    app.kubernetes.io/name: "podinfo-\${INDEX}"
    app.kubernetes.io/version: "6.5.3"
    app.kubernetes.io/managed-by: Flux`;
}

function probe(path: string): string {
  return `            exec:
              command: [podcli, check, http, "localhost:9898/${path}"]
            initialDelaySeconds: 1
            timeoutSeconds: 5
            failureThreshold: 3
            successThreshold: 1
            periodSeconds: 10`;
}

/** The one file of the artifact: what the chart podinfo makes, for any index. */
export function manifests(): string {
  return `apiVersion: v1
kind: ServiceAccount
metadata:
${labels()}
---
apiVersion: v1
kind: Service
metadata:
${labels()}
spec:
  type: ClusterIP
  ports:
    - { port: 9898, targetPort: http, protocol: TCP, name: http }
    - { port: 9999, targetPort: grpc, protocol: TCP, name: grpc }
  selector:
    app.kubernetes.io/name: "podinfo-\${INDEX}"
---
apiVersion: apps/v1
kind: Deployment
metadata:
${labels()}
spec:
  replicas: \${PODS:=0}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: "podinfo-\${INDEX}"
  template:
    metadata:
      labels:
        app.kubernetes.io/name: "podinfo-\${INDEX}"
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9898"
    spec:
      terminationGracePeriodSeconds: 30
      serviceAccountName: "podinfo-\${INDEX}"
      containers:
        - name: podinfo
          image: "ghcr.io/stefanprodan/podinfo:6.5.3"
          imagePullPolicy: IfNotPresent
          command:
            - ./podinfo
            - --port=9898
            - --cert-path=/data/cert
            - --port-metrics=9797
            - --grpc-port=9999
            - --grpc-service-name=podinfo
            - --level=info
            - --random-delay=false
            - --random-error=false
          env:
            - name: PODINFO_UI_COLOR
              value: "#34577c"
          ports:
            - { name: http, containerPort: 9898, protocol: TCP }
            - { name: http-metrics, containerPort: 9797, protocol: TCP }
            - { name: grpc, containerPort: 9999, protocol: TCP }
          livenessProbe:
${probe('healthz')}
          readinessProbe:
${probe('readyz')}
          volumeMounts:
            - name: data
              mountPath: /data
          resources:
            requests:
              cpu: "\${MCPU}"
              memory: 16Mi
      volumes:
        - name: data
          emptyDir: {}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
${labels()}
spec:
  ingressClassName: "nginx"
  rules:
    - host: "podinfo-\${INDEX}.local"
      http:
        paths:
          - path: /
            pathType: ImplementationSpecific
            backend:
              service:
                name: "podinfo-\${INDEX}"
                port:
                  number: 9898
`;
}

/** What is there before anything is delivered. */
export function surroundings(): KubernetesObject[] {
  const account = { name: ACCOUNT, namespace: NAMESPACE };
  return [
    ...[NAMESPACE, TARGET_NAMESPACE].map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'mttp-flux' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'cluster-admin',
      },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
  ];
}

export const nameOf = (index: number) => `podinfo-${index}`;

export const ociRepositoryType = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'OCIRepository',
};

export const kustomizationType = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
};

/** A source of its own for each delivery; they share repository and tag. */
export function ociRepository(
  index: number,
  registry: string,
): KubernetesObject {
  return {
    ...ociRepositoryType,
    metadata: { name: nameOf(index), namespace: NAMESPACE },
    spec: {
      interval: '60m',
      url: `oci://${registry}/${REPOSITORY}`,
      ref: { tag: 'latest' },
      insecure: true,
    },
  };
}

export function kustomization(index: number): KubernetesObject {
  return {
    ...kustomizationType,
    metadata: { name: nameOf(index), namespace: NAMESPACE },
    spec: {
      interval: '60m',
      retryInterval: '2m',
      timeout: '1m',
      prune: true,
      wait: true,
      serviceAccountName: ACCOUNT,
      targetNamespace: TARGET_NAMESPACE,
      path: './',
      sourceRef: { kind: 'OCIRepository', name: nameOf(index) },
      postBuild: {
        substitute: { INDEX: String(index), PODS: '0', MCPU: '1' },
      },
    },
  };
}

/** What drift is made of, and seen by. */
export function serviceRef(index: number) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    namespace: TARGET_NAMESPACE,
    name: nameOf(index),
  };
}
