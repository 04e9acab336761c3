import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';

const example = (description: string, input: object) => ({
  description,
  example: stringifyYaml({
    steps: [{ id: 'source', action: 'gitops:source:create', input }],
  }),
});

/** Shown on the scaffolder's page of actions. */
export const examples = [
  example('Follow a branch of a Git repository, in the home production', {
    as: 'object',
    home: 'production',
    kind: 'GitRepository',
    name: 'shop',
    namespace: 'shop',
    owner: 'group:default/team-shop',
    spec: {
      url: 'https://git.example.com/shop/deliveries.git',
      interval: '5m',
      ref: { branch: 'main' },
      secretRef: { name: 'git-credentials' },
    },
  }),
  example('Write a Helm repository to a file, for a pull request', {
    as: 'file',
    path: 'sources/charts.yaml',
    kind: 'HelmRepository',
    name: 'charts',
    namespace: 'shop',
    spec: { url: 'https://charts.example.com', interval: '1h' },
  }),
  example('A chart that is packed in an OCI registry, by version range', {
    as: 'object',
    home: 'production',
    kind: 'OCIRepository',
    name: 'shop-chart',
    namespace: 'shop',
    spec: {
      url: 'oci://registry.example.com/charts/shop',
      interval: '10m',
      ref: { semver: '1.x' },
    },
  }),
];
