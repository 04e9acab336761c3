import { ApplyError } from '../apply/ApplyError';
import type { InventoryEntry } from '../inventory/inventory';
import { refOf } from '../object/metadata';
import {
  configMap,
  definition,
  deployment,
  namespace,
  OWNER,
  service,
} from '../__testUtils__/objects';
import { failureOf, type CaseGroup, type ClusterCase } from './ClusterCase';

const FLUX = 'kustomize.toolkit.fluxcd.io';

const set = () => [
  deployment('web'),
  service('web'),
  configMap('settings', { key: 'value' }),
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token' },
    stringData: { token: 's3cret-value' },
  },
];

function leavesAlone(setting: string, value: string): ClusterCase {
  return {
    name: `${setting}: ${value} leaves a live object alone`,
    pins: 'Flux 2.9, kustomize-controller: annotations of applied objects; case does not matter',
    run: async ({ client, lines, live, inNs }) => {
      const before = inNs(configMap('settings', { a: '1' }));
      await client.create(before, { fieldManager: 'somebody' });
      const annotations = { [`${FLUX}/${setting}`]: value };
      const wanted = configMap('settings', { a: '2' }, { annotations });
      expect(await lines([wanted])).toEqual(['ConfigMap/NS/settings skipped']);
      expect((await live(before))?.data).toEqual({ a: '1' });
    },
  };
}

const cases: ClusterCase[] = [
  {
    name: 'creates in order, then finds nothing to do',
    pins: 'Flux 2.9, ssa manager: the order of kinds; a second apply writes nothing',
    run: async ({ lines, live }) => {
      const stages: InventoryEntry[][] = [];
      const first = await lines(set(), {
        onStage: entries => {
          stages.push(entries);
        },
      });
      expect(first).toEqual([
        'ConfigMap/NS/settings created',
        'Secret/NS/token created',
        'Service/NS/web created',
        'Deployment/NS/web created',
      ]);
      expect(stages.map(s => s.length)).toEqual([4]);
      let announced = 0;
      const onStage = () => {
        announced += 1;
      };
      expect(await lines(set(), { onStage })).toEqual([
        'ConfigMap/NS/settings unchanged',
        'Secret/NS/token unchanged',
        'Service/NS/web unchanged',
        'Deployment/NS/web unchanged',
      ]);
      expect(announced).toBe(0);
      const secret = await live(set()[3]);
      expect(secret?.data).toEqual({ token: 'czNjcmV0LXZhbHVl' });
      expect(secret?.metadata.labels).toMatchObject(OWNER);
    },
  },
  {
    name: 'writes nothing before the stage was announced',
    pins: 'our own: the inventory is stored before anything is written',
    run: async ({ apply, live }) => {
      const refused = apply([configMap('settings', {})], {
        onStage: () => Promise.reject(new Error('database is away')),
      });
      await expect(refused).rejects.toThrow('database is away');
      expect(await live(configMap('settings', {}))).toBeUndefined();
    },
  },
  {
    name: 'stops before a write that is not allowed any more',
    pins: 'our own: a claim is checked before each write',
    run: async ({ apply, live }) => {
      let writes = 0;
      const error = await apply([configMap('a', {}), configMap('b', {})], {
        beforeWrite: () => {
          writes += 1;
          if (writes > 1) throw new Error('the claim is lost');
        },
      }).catch(e => e);
      expect(error).toBeInstanceOf(ApplyError);
      expect(error.message).toMatch(
        /^ConfigMap\/.*\/b apply failed: the claim is lost\nConfigMap\/.*\/a created$/,
      );
      expect(await live(configMap('b', {}))).toBeUndefined();
    },
  },
  {
    name: 'puts right what somebody else changed',
    pins: 'Flux 2.9, ssa manager: drift of labels, annotations and spec is corrected; fields of others stay',
    run: async ({ client, apply, lines, live, inNs }) => {
      await apply(set());
      await client.patch(refOf(inNs(deployment('web'))), {
        type: 'merge',
        body: { spec: { replicas: 7 } },
        fieldManager: 'kubectl-scale',
      });
      await client.patch(refOf(inNs(configMap('settings', {}))), {
        type: 'merge',
        body: { metadata: { labels: { extra: 'stays' } } },
        fieldManager: 'somebody',
      });
      expect(await lines(set())).toEqual([
        'ConfigMap/NS/settings unchanged',
        'Secret/NS/token unchanged',
        'Service/NS/web unchanged',
        'Deployment/NS/web configured',
      ]);
      expect((await live(deployment('web')))?.spec).toMatchObject({
        replicas: 2,
      });
    },
  },
  {
    name: 'removes what left the manifest',
    pins: 'Kubernetes 1.34, server-side apply: an owned field that is no longer sent is removed',
    run: async ({ apply, lines, live }) => {
      await apply([configMap('settings', { a: '1', b: '2' })]);
      const smaller = configMap('settings', { a: '1' });
      expect(await lines([smaller])).toEqual([
        'ConfigMap/NS/settings configured',
      ]);
      expect((await live(smaller))?.data).toEqual({ a: '1' });
    },
  },
  {
    name: 'applies a namespace, a definition and its objects at once',
    pins: 'Flux 2.9, ssa manager: CustomResourceDefinitions and Namespaces go first and are waited for',
    run: async ({ client, ns, cleanUp, unique, anonymous, lines, live }) => {
      const group = unique('.example.com');
      const crd = definition(group);
      const widget = {
        apiVersion: `${group}/v1`,
        kind: 'Widget',
        metadata: { name: 'one', namespace: `${ns}-new` },
        spec: { size: 9007199254740993n },
      };
      const newNamespace = namespace(`${ns}-new`);
      cleanUp(() => client.delete(refOf(newNamespace)));
      cleanUp(() => client.delete(refOf(crd)));
      expect(await lines([widget, newNamespace, crd])).toEqual([
        `CustomResourceDefinition/widgets.${anonymous(group)} created`,
        'Namespace/NS-new created',
        'Widget/NS-new/one created',
      ]);
      expect((await live(widget))?.spec).toEqual({ size: 9007199254740993n });
    },
  },
  {
    name: 'tells what was done before it failed',
    pins: 'Flux 2.9, kustomize-controller: the error is followed by the changes that were made',
    run: async ({ client, ns, apply }) => {
      const invalid = deployment('web', { replicas: -1 });
      const extra = namespace(`${ns}-new`);
      const error = await apply([invalid, extra]).catch(e => e);
      await client.delete(refOf(extra));
      expect(error).toBeInstanceOf(ApplyError);
      expect(error.message.replaceAll(ns, 'NS')).toMatch(
        /^Deployment\/NS\/web apply failed \(Invalid\): .*spec\.replicas.*\nNamespace\/NS-new created$/,
      );
      expect(error.changeSet.entries).toHaveLength(1);
    },
  },
  {
    name: 'changes nothing that is there where a new object is refused',
    pins: 'Flux 2.9, ssa manager: all dry runs of a stage pass before it writes',
    run: async ({ apply, live, anonymous }) => {
      await apply([configMap('settings', { a: '1' })]);
      const error = await failureOf(
        apply([
          configMap('settings', { a: '2' }),
          configMap('new', {}),
          deployment('web', { replicas: -1 }),
        ]),
      );
      expect(error).toBeInstanceOf(ApplyError);
      expect(anonymous(String(error))).toMatch(
        /Deployment\/NS\/web dry-run failed \(Invalid\): .*spec\.replicas/,
      );
      expect((await live(configMap('settings', {})))?.data).toEqual({ a: '1' });
      expect(await live(configMap('new', {}))).toBeUndefined();
    },
  },
  leavesAlone('ssa', 'Ignore'),
  leavesAlone('ssa', 'IfNotPresent'),
  leavesAlone('reconcile', 'Disabled'),
];

export const applyCases: CaseGroup = { name: 'apply', cases };
