import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { PORTAL_AGENT, World } from './world';

/** Generous: it costs only where something fails. */
export const WAIT_MS = 60_000;

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {key: "1"}\n`;

export const names = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `cm-${from + n}`);

export const pathOf = (name: string) => `app/${name}.yaml`;

export const filesOf = (all: readonly string[]) =>
  Object.fromEntries(all.map(name => [pathOf(name), configMap(name)]));

export const deliveryRef = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: 'default',
  name: 'app',
};
export const sourceRef = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  namespace: 'default',
  name: 'repo',
};

export const holdOf = (object: Kustomization | undefined) =>
  object?.status?.conditions?.find(({ type }) => type === 'PruneHeld');

export const digestOf = (object: Kustomization) =>
  /sha256:[0-9a-f]{64}/.exec(holdOf(object)?.message ?? '')?.[0] ?? '';

/** The portal installs the CRDs; objects can be made from then on. */
export async function crdsEstablished(world: World): Promise<void> {
  for (const name of [
    'gitrepositories.source.toolkit.fluxcd.io',
    'kustomizations.kustomize.toolkit.fluxcd.io',
  ]) {
    await world.until<KubernetesObject>(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name,
      },
      crd => JSON.stringify(crd?.status ?? '').includes('"Established"'),
      WAIT_MS,
    );
  }
}

/** The ConfigMaps of the deliveries that are there. */
export const namesIn = async (world: World) => {
  const { items } = await world.client.list<KubernetesObject>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'default',
  });
  return items
    .map(({ metadata }) => metadata.name)
    .filter(name => name.startsWith('cm-'));
};

/** What the portals asked to be deleted. */
export const deletionsIn = (world: World) =>
  world.sandbox.kubernetes.requests
    .list()
    .filter(
      ({ method, userAgent }) =>
        method === 'DELETE' && userAgent === PORTAL_AGENT,
    );

/** What to annotate, and with what; null removes. */
export type Annotations = [
  ref: typeof deliveryRef | typeof sourceRef,
  annotations: Record<string, string | null>,
];

export const annotateIn = (
  world: World,
  ...[ref, annotations]: Annotations
): Promise<KubernetesObject> =>
  world.client.patch<KubernetesObject>(ref, {
    type: 'merge',
    body: { metadata: { annotations } },
  });
