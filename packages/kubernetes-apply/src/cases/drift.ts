import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { DriftWatch } from '../drift/DriftWatch';
import { refOf } from '../object/metadata';
import {
  configMap,
  deployment,
  MANAGER,
  OWNER,
} from '../__testUtils__/objects';
import type { CaseContext, CaseGroup, ClusterCase } from './ClusterCase';

const [NAME, NAMESPACE] = Object.keys(OWNER);

/** A drift watch for objects of an owner of the case, and what it tells. */
async function watched(context: CaseContext, objects: KubernetesObject[]) {
  const owner = { name: context.unique(), namespace: context.ns };
  const ownerLabels = { [NAME]: owner.name, [NAMESPACE]: owner.namespace };
  const apply = (list: KubernetesObject[]) =>
    context.apply(list, { ownerLabels });
  await apply(objects);
  const hints: string[] = [];
  let seen = 0;
  let arrived: () => void = () => undefined;
  const watch = new DriftWatch({
    client: context.client,
    ownerLabels: { name: NAME, namespace: NAMESPACE },
    fieldManagers: [MANAGER],
    minIntervalMs: 0,
    onDrift: ({ name }, { change, ref }) => {
      if (name !== owner.name) return;
      hints.push(`${change} ${ref.apiVersion} ${ref.kind} ${ref.name}`);
      arrived();
    },
  });
  context.cleanUp(() => watch.close());
  watch.follow('owner', objects);
  await watch.synced();
  /** Resolves with the next hint that was not waited for yet. */
  const next = async () => {
    seen += 1;
    if (hints.length >= seen) return;
    await new Promise<void>(resolve => {
      arrived = resolve;
    });
  };
  const edit = (object: KubernetesObject, body: object, subresource?: string) =>
    context.client.patch(refOf(context.inNs(object)), {
      type: 'merge',
      body,
      fieldManager: 'somebody',
      subresource,
    });
  return { hints, next, edit, apply };
}

const cases: ClusterCase[] = [
  {
    name: 'wakes the owner for what others do to its fields',
    pins: 'Kubernetes 1.34, managedFields: a value that another manager writes or removes ceases to be ours',
    run: async context => {
      const { inNs, client } = context;
      const settings = configMap('settings', { a: '1', b: '1' });
      const gone = configMap('gone', {});
      const { hints, next, edit } = await watched(context, [settings, gone]);
      await edit(settings, { data: { a: '2' } });
      await next();
      await edit(settings, { data: { b: null } });
      await next();
      await client.delete(refOf(inNs(gone)));
      await next();
      await edit(settings, { metadata: { labels: { [NAME]: null } } });
      await next();
      expect(hints).toEqual([
        'changed v1 ConfigMap settings',
        'changed v1 ConfigMap settings',
        'deleted v1 ConfigMap gone',
        'deleted v1 ConfigMap settings',
      ]);
    },
  },
  {
    name: 'lets the owner sleep for all else',
    pins: 'Kubernetes 1.34, managedFields: status has entries of its own, and what others add is theirs',
    run: async context => {
      const web = deployment('web');
      const { hints, next, edit, apply } = await watched(context, [web]);
      await edit(web, { status: { observedGeneration: 1 } }, 'status');
      await edit(web, { metadata: { annotations: { 'x.io/note': 'hello' } } });
      await edit(web, { spec: { minReadySeconds: 3 } });
      await apply([deployment('web', { replicas: 3, paused: true })]);
      await edit(web, { spec: { replicas: 5 } });
      await next();
      expect(hints).toEqual(['changed apps/v1 Deployment web']);
    },
  },
];

export const driftCases: CaseGroup = { name: 'drift watch', cases };
