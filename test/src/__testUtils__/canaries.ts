const PLAIN = 'canary-7f3a91d2c4';
const base64 = Buffer.from(PLAIN).toString('base64');

/** A secret value, as it is and as Secrets carry it. */
export const CANARIES: readonly string[] = [PLAIN, base64];

const dockerConfig = JSON.stringify({
  auths: { 'registry.example.com': { username: 'x', password: PLAIN } },
});

/** Every type of Secret that Kubernetes knows, each with the value. */
const secrets = [
  [
    'canary-basic',
    'kubernetes.io/basic-auth',
    { username: 'x', password: PLAIN },
  ],
  ['canary-ssh', 'kubernetes.io/ssh-auth', { 'ssh-privatekey': PLAIN }],
  ['canary-tls', 'kubernetes.io/tls', { 'tls.crt': PLAIN, 'tls.key': PLAIN }],
  [
    'canary-docker',
    'kubernetes.io/dockerconfigjson',
    { '.dockerconfigjson': dockerConfig },
  ],
  ['canary-opaque', 'Opaque', { token: PLAIN, 'values.yaml': `a: ${PLAIN}` }],
  ['canary-ca', 'Opaque', { 'ca.crt': PLAIN, username: 'x', password: PLAIN }],
].map(([name, type, stringData]) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  type,
  stringData,
}));

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  spec: object,
) => ({ apiVersion, kind, metadata: { name, namespace: 'default' }, spec });

const release = (name: string) =>
  object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', name, {
    interval: '1h',
    chart: {
      spec: {
        chart: 'game',
        sourceRef: { kind: 'GitRepository', name: 'canary-source' },
      },
    },
    values: { database: { password: PLAIN } },
    valuesFrom: [{ kind: 'Secret', name: 'canary-opaque' }],
  });

/** Files of the demo repository: what is delivered from it, and what is registered. */
export const canaryFiles: Readonly<Record<string, string>> = {
  'canary/secret.yaml': JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'canary-delivered', namespace: 'default' },
    stringData: { password: PLAIN },
  }),
  'gitops/canary.yaml': JSON.stringify(release('canary-registered')),
};

/** What an administrator applies with kubectl: objects that name the Secrets. */
export function canaryObjects(gitUrl: string): string {
  const kustomization = 'kustomize.toolkit.fluxcd.io/v1';
  const source = 'source.toolkit.fluxcd.io/v1';
  const delivery = {
    interval: '1h',
    path: './canary',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'canary-source' },
  };
  const items = [
    ...secrets,
    object(source, 'GitRepository', 'canary-source', {
      interval: '1h',
      url: gitUrl,
      ref: { branch: 'main' },
      secretRef: { name: 'canary-basic' },
    }),
    object(source, 'GitRepository', 'canary-wrong', {
      interval: '1h',
      url: gitUrl.replace('http:', 'https:'),
      ref: { branch: 'main' },
      secretRef: { name: 'canary-ca' },
    }),
    object(kustomization, 'Kustomization', 'canary-delivery', delivery),
    object(kustomization, 'Kustomization', 'canary-values', {
      ...delivery,
      postBuild: {
        substitute: { password: PLAIN },
        substituteFrom: [{ kind: 'Secret', name: 'canary-opaque' }],
      },
    }),
    release('canary-release'),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
