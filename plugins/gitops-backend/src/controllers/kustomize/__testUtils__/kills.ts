import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { World } from '../../../__testUtils__/world';

/** Namespace of what is delivered; part of the delivery itself. */
export const KILLED = 'kills';

/** What the delivery's variables are read from. */
export const VARIABLES = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'variables', namespace: 'default' },
  data: { PART: 'part' },
};

const WIDGETS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.test}
spec:
  group: example.test
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;
const KEPT = ['keep-0', 'keep-1', 'keep-2', 'keep-3'];

/**
 * The files of a revision: objects of all stages that are new with it and leave
 * with the next one (`gen-<revision>`), and some that are only changed by it.
 */
export function killFiles(revision: number): Record<string, string> {
  const configMap = (name: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${KILLED}}\ndata: {revision: "${revision}", "\${PART}": "x"}\n`;
  const generation = [
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: gen-${revision}}\nrules: []\n`,
    `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: gen-${revision}}\nvalue: 7\n`,
    configMap(`gen-${revision}-a`),
    configMap(`gen-${revision}-b`),
    `apiVersion: example.test/v1\nkind: Widget\nmetadata: {name: gen-${revision}, namespace: ${KILLED}}\n`,
  ];
  return {
    'app/namespace.yaml': `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${KILLED}}\n`,
    'app/widgets.yaml': WIDGETS,
    'app/kept.yaml': KEPT.map(configMap).join('---\n'),
    'app/generation.yaml': generation.join('---\n'),
  };
}

/** The ids of the inventory of {@link killFiles}, sorted. */
export function inventoryOfRevision(revision: number): string[] {
  return [
    '_widgets.example.test_apiextensions.k8s.io_CustomResourceDefinition',
    `_${KILLED}__Namespace`,
    `_gen-${revision}_rbac.authorization.k8s.io_ClusterRole`,
    `_gen-${revision}_scheduling.k8s.io_PriorityClass`,
    `${KILLED}_gen-${revision}-a__ConfigMap`,
    `${KILLED}_gen-${revision}-b__ConfigMap`,
    `${KILLED}_gen-${revision}_example.test_Widget`,
    ...KEPT.map(name => `${KILLED}_${name}__ConfigMap`),
  ].sort();
}

const KINDS = [
  'apiextensions.k8s.io/v1/CustomResourceDefinition',
  'v1/Namespace',
  'rbac.authorization.k8s.io/v1/ClusterRole',
  'scheduling.k8s.io/v1/PriorityClass',
  'v1/ConfigMap',
  'example.test/v1/Widget',
];

/** What carries the labels of the Kustomization `app`, by id, sorted. */
export async function ownedIn(
  world: World,
): Promise<{ id: string; uid: string; revision?: string }[]> {
  const lists = await Promise.all(
    KINDS.map(async path => {
      const slash = path.lastIndexOf('/');
      const apiVersion = path.slice(0, slash);
      const kind = path.slice(slash + 1);
      const { items } = await world.client
        .list<KubernetesObject & { data?: { revision?: string } }>({
          apiVersion,
          kind,
          labelSelector:
            'kustomize.toolkit.fluxcd.io/name=app,kustomize.toolkit.fluxcd.io/namespace=default',
        })
        .catch(error => {
          // Its definition is not there.
          if (kind !== 'Widget') {
            throw error;
          }
          return { items: [] };
        });
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
      return items.map(({ metadata, data }) => ({
        id: `${metadata.namespace ?? ''}_${metadata.name}_${group}_${kind}`,
        uid: String(metadata.uid),
        revision: data?.revision,
      }));
    }),
  );
  return lists.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
}
