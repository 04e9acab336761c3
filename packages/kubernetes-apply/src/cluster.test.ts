import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { ApplyError } from './apply/ApplyError';
import { applyObjects } from './apply/applyObjects';
import { formatChangeSet, inventoryOf } from './apply/ChangeSet';
import { planObjects } from './apply/planObjects';
import type { ClusterClient } from './client/ClusterClient';
import { diffObjects } from './diff/diffObjects';
import { ConflictError } from './errors/KubernetesApiError';
import { waitForHealth } from './health/waitForHealth';
import {
  inventoryEntryOf,
  refOfEntry,
  type InventoryEntry,
} from './inventory/inventory';
import { refOf } from './object/metadata';
import { prune } from './prune/prune';
import { testClusters } from './__testUtils__/clusters';
import {
  configMap,
  definition,
  deployment,
  MANAGER,
  namespace,
  OWNER,
  service,
} from './__testUtils__/objects';

const ALL_ACTIONS = [
  'created',
  'configured',
  'unchanged',
  'skipped',
  'deleted',
] as const;

const FLUX = 'kustomize.toolkit.fluxcd.io';

describe.each(testClusters())('$name', cluster => {
  let client: ClusterClient;
  let stop: () => Promise<void>;
  let ns: string;
  let count = 0;

  beforeAll(async () => {
    ({ client, stop } = await cluster.start());
  });

  afterAll(async () => {
    await stop?.();
  });

  beforeEach(async () => {
    count += 1;
    ns = `apply-${process.pid}-${Date.now()}-${count}`;
    await client.create(namespace(ns));
  });

  afterEach(async () => {
    await client.delete(refOf(namespace(ns)));
  });

  const apply = (
    objects: KubernetesObject[],
    options: Partial<Parameters<typeof applyObjects>[0]> = {},
  ) =>
    applyObjects({
      client,
      objects,
      fieldManager: MANAGER,
      ownerLabels: OWNER,
      defaultNamespace: ns,
      ...options,
    });
  const lines = async (...args: Parameters<typeof apply>) =>
    formatChangeSet(await apply(...args), ALL_ACTIONS)
      .replaceAll(ns, 'NS')
      .split('\n');
  const live = (object: KubernetesObject) =>
    client.get({
      ...refOf(object),
      namespace: object.metadata.namespace ?? ns,
    });
  const inNs = (object: KubernetesObject): KubernetesObject => ({
    ...object,
    metadata: { ...object.metadata, namespace: ns },
  });

  describe('apply', () => {
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

    it('creates in order, then finds nothing to do', async () => {
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
      const onStage = jest.fn();
      expect(await lines(set(), { onStage })).toEqual([
        'ConfigMap/NS/settings unchanged',
        'Secret/NS/token unchanged',
        'Service/NS/web unchanged',
        'Deployment/NS/web unchanged',
      ]);
      expect(onStage).not.toHaveBeenCalled();
      const secret = await live(set()[3]);
      expect(secret?.data).toEqual({ token: 'czNjcmV0LXZhbHVl' });
      expect(secret?.metadata.labels).toMatchObject(OWNER);
    });

    it('writes nothing before the stage was announced', async () => {
      const refused = apply([configMap('settings', {})], {
        onStage: () => Promise.reject(new Error('database is away')),
      });
      await expect(refused).rejects.toThrow('database is away');
      expect(await live(configMap('settings', {}))).toBeUndefined();
    });

    it('stops before a write that is not allowed any more', async () => {
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
    });

    it('puts right what somebody else changed', async () => {
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
    });

    it('removes what left the manifest', async () => {
      await apply([configMap('settings', { a: '1', b: '2' })]);
      const smaller = configMap('settings', { a: '1' });
      expect(await lines([smaller])).toEqual([
        'ConfigMap/NS/settings configured',
      ]);
      expect((await live(smaller))?.data).toEqual({ a: '1' });
    });

    it('takes over what kubectl made', async () => {
      const made = inNs(configMap('settings', { a: '1', old: 'x' }));
      made.metadata.annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
      };
      await client.create(made, { fieldManager: 'kubectl-client-side-apply' });
      const wanted = configMap('settings', { a: '1' });
      expect(await lines([wanted])).toEqual([
        'ConfigMap/NS/settings configured',
      ]);
      const after = await live(wanted);
      expect(after?.data).toEqual({ a: '1' });
      expect(after?.metadata.annotations).toBeUndefined();
      expect(after?.metadata.managedFields).toEqual([
        expect.objectContaining({ manager: MANAGER, operation: 'Apply' }),
      ]);
      expect(await lines([wanted])).toEqual([
        'ConfigMap/NS/settings unchanged',
      ]);
    });

    it('leaves the fields of others with ssa: Merge', async () => {
      await client.create(inNs(configMap('settings', { a: '1', old: 'x' })), {
        fieldManager: 'kubectl-create',
      });
      const wanted = configMap(
        'settings',
        { a: '2' },
        {
          annotations: { [`${FLUX}/ssa`]: 'merge' },
        },
      );
      expect(await lines([wanted])).toEqual([
        'ConfigMap/NS/settings configured',
      ]);
      expect((await live(wanted))?.data).toEqual({ a: '2', old: 'x' });
    });

    it.each([
      ['ssa', 'Ignore', 'skipped'],
      ['ssa', 'IfNotPresent', 'skipped'],
      ['reconcile', 'Disabled', 'skipped'],
    ])('%s: %s leaves a live object alone', async (name, value, action) => {
      const before = inNs(configMap('settings', { a: '1' }));
      await client.create(before, { fieldManager: 'somebody' });
      const wanted = configMap(
        'settings',
        { a: '2' },
        {
          annotations: { [`${FLUX}/${name}`]: value },
        },
      );
      expect(await lines([wanted])).toEqual([
        `ConfigMap/NS/settings ${action}`,
      ]);
      expect((await live(before))?.data).toEqual({ a: '1' });
    });

    it('applies a namespace, a definition and its objects at once', async () => {
      const group = `g${Date.now()}-${count}.example.com`;
      const crd = definition(group);
      const widget = {
        apiVersion: `${group}/v1`,
        kind: 'Widget',
        metadata: { name: 'one', namespace: `${ns}-new` },
        spec: { size: 9007199254740993n },
      };
      const newNamespace = namespace(`${ns}-new`);
      try {
        expect(await lines([widget, newNamespace, crd])).toEqual([
          `CustomResourceDefinition/widgets.${group} created`,
          'Namespace/NS-new created',
          'Widget/NS-new/one created',
        ]);
        expect((await live(widget))?.spec).toEqual({ size: 9007199254740993n });
      } finally {
        await client.delete(refOf(crd));
        await client.delete(refOf(newNamespace));
      }
    });

    describe('ignored fields', () => {
      const replicas = async () =>
        ((await live(deployment('web')))?.spec as { replicas: number })
          .replicas;
      const ignore = [
        { paths: ['/spec/replicas'], target: { kind: 'Deployment' } },
      ];
      const scale = (fieldManager: string) =>
        client.patch(refOf(inNs(deployment('web'))), {
          type: 'merge',
          body: { spec: { replicas: 7 } },
          fieldManager,
        });

      it('are neither drift nor corrected', async () => {
        await apply([deployment('web')]);
        await scale('autoscaler');
        expect(await lines([deployment('web')], { ignore })).toEqual([
          'Deployment/NS/web unchanged',
        ]);
        const other = deployment('web', { minReadySeconds: 3 });
        expect(await lines([other], { ignore })).toEqual([
          'Deployment/NS/web configured',
        ]);
        expect(await replicas()).toBe(7);
        expect(await lines([other])).toEqual(['Deployment/NS/web configured']);
        expect(await replicas()).toBe(2);
      });

      it('are left to who applies them', async () => {
        await apply([deployment('web')]);
        await client.apply(
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web', namespace: ns },
            spec: { replicas: 7 },
          },
          { fieldManager: 'autoscaler', force: true },
        );
        const other = deployment('web', { minReadySeconds: 3 });
        await apply([other], { ignore });
        const { managedFields = [] } = (await live(other))?.metadata ?? {};
        const owners = managedFields.flatMap(entry => {
          const { manager, operation } = entry as Record<string, string>;
          const owns = JSON.stringify(entry).includes('"f:replicas"');
          return operation === 'Apply' && owns ? [manager] : [];
        });
        expect(owners).toEqual(['autoscaler']);
        expect(await replicas()).toBe(7);
      });
    });

    it('tells what was done before it failed', async () => {
      const invalid = deployment('web', { replicas: -1 });
      const extra = namespace(`${ns}-new`);
      const error = await apply([invalid, extra]).catch(e => e);
      await client.delete(refOf(extra));
      expect(error).toBeInstanceOf(ApplyError);
      expect(error.message.replaceAll(ns, 'NS')).toMatch(
        /^Deployment\/NS\/web dry-run failed \(Invalid\): .*spec\.replicas.*\nNamespace\/NS-new created$/,
      );
      expect(error.changeSet.entries).toHaveLength(1);
    });
  });

  describe('fields that cannot be changed', () => {
    const fixed = (key: string) => ({
      ...configMap('fixed', { key }),
      immutable: true,
    });

    it('fails, and recreates with force', async () => {
      await apply([fixed('1')]);
      const before = await live(fixed('1'));
      await expect(apply([fixed('2')])).rejects.toThrow(
        /ConfigMap\/.*fixed dry-run failed \(Invalid\)/,
      );
      expect(await lines([fixed('2')], { force: true })).toEqual([
        'ConfigMap/NS/fixed created',
      ]);
      const after = await live(fixed('2'));
      expect(after?.data).toEqual({ key: '2' });
      expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    });

    it('recreates where the annotation of the object says so', async () => {
      await apply([deployment('web')]);
      const other = deployment('web', {
        selector: { matchLabels: { app: 'web', tier: 'a' } },
      });
      const spec = other.spec as { template: { metadata: { labels: object } } };
      spec.template.metadata.labels = { app: 'web', tier: 'a' };
      other.metadata.annotations = { [`${FLUX}/force`]: 'Enabled' };
      expect(await lines([other])).toEqual(['Deployment/NS/web created']);
    });

    it('never deletes for the sake of an invalid object', async () => {
      await apply([deployment('web')]);
      const before = await live(deployment('web'));
      const invalid = deployment('web', {
        selector: { matchLabels: { app: 'other' } },
      });
      await expect(apply([invalid], { force: true })).rejects.toBeInstanceOf(
        ApplyError,
      );
      await expect(
        apply([deployment('web', { replicas: -1 })], { force: true }),
      ).rejects.toBeInstanceOf(ApplyError);
      expect((await live(invalid))?.metadata.uid).toBe(before?.metadata.uid);
    });
  });

  it('names the manager it collides with', async () => {
    await client.apply(inNs(configMap('settings', { a: '1' })), {
      fieldManager: 'somebody',
    });
    const error = await client
      .apply(inNs(configMap('settings', { a: '2' })), { fieldManager: MANAGER })
      .catch(e => e);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error.conflicts).toEqual([
      { manager: 'somebody', fields: ['.data.a'] },
    ]);
  });

  it('acts as somebody else, without what they may not', async () => {
    const nobody = client.as({
      user: `system:serviceaccount:${ns}:nobody`,
      groups: ['system:serviceaccounts'],
    });
    await expect(
      nobody.get(refOf(inNs(configMap('settings', {})))),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('plans what apply would do, and writes nothing', async () => {
    await apply([
      configMap('kept', { a: '1' }),
      configMap('changed', { a: '1' }),
    ]);
    const plan = await planObjects({
      client,
      objects: [
        configMap('kept', { a: '1' }),
        configMap('changed', { a: '2' }),
        configMap('new', { a: '1' }),
        configMap('later', {}, { namespace: `${ns}-new` }),
        namespace(`${ns}-new`),
        deployment('broken', { replicas: -1 }),
      ],
      fieldManager: MANAGER,
      ownerLabels: OWNER,
      defaultNamespace: ns,
    });
    const told = plan.map(p => [
      p.ref.name.replaceAll(ns, 'NS'),
      p.failure ? 'fails' : p.action,
    ]);
    expect(told).toEqual([
      ['NS-new', 'created'],
      ['changed', 'configured'],
      ['kept', 'unchanged'],
      ['new', 'created'],
      ['later', 'created'],
      ['broken', 'fails'],
    ]);
    expect(diffObjects(plan[1].live, plan[1].merged)).toEqual([
      { path: '.data.a', change: 'changed', before: '1', after: '2' },
    ]);
    expect(await live(configMap('new', {}))).toBeUndefined();
  });

  describe('prune', () => {
    const pruneAll = async (entries: InventoryEntry[]) => {
      const result = await prune({ client, entries, ownerLabels: OWNER });
      const names = (outcomes: { entry: InventoryEntry; reason?: string }[]) =>
        outcomes.map(({ entry, reason }) =>
          [refOfEntry(entry).name, reason].filter(Boolean).join(' '),
        );
      return {
        deleted: names(result.deleted),
        missing: names(result.missing),
        skipped: names(result.skipped),
        failed: names(result.failed),
      };
    };

    it('deletes what is owned, in reverse order', async () => {
      const changes = await apply([
        configMap('a', {}),
        configMap('b', {}),
        deployment('c'),
      ]);
      const entries = inventoryOf(changes);
      entries.push(inventoryEntryOf(refOf(inNs(configMap('never', {})))));
      expect(await pruneAll(entries)).toEqual({
        deleted: ['c', 'b', 'a'],
        missing: ['never'],
        skipped: [],
        failed: [],
      });
      expect(await live(configMap('a', {}))).toBeUndefined();
    });

    it('keeps what others own and what annotations keep', async () => {
      const keep = (name: string, annotations: Record<string, string>) =>
        configMap(name, {}, { annotations });
      const changes = await apply([
        keep('pruned', {}),
        keep('no-prune', { [`${FLUX}/prune`]: 'disabled' }),
      ]);
      const adopted = inNs(configMap('adopted', {}));
      adopted.metadata.labels = { ...OWNER, [`${FLUX}/name`]: 'other' };
      await client.create(adopted);
      const entries = [
        ...inventoryOf(changes),
        inventoryEntryOf(refOf(adopted)),
      ];
      expect(await pruneAll(entries)).toEqual({
        deleted: ['pruned'],
        missing: [],
        skipped: ['no-prune prune-disabled', 'adopted not-owned'],
        failed: [],
      });
    });

    it('looks again at what was written in between', async () => {
      const changes = await apply([configMap('a', {}), configMap('b', {})]);
      let writes = 0;
      const result = await prune({
        client,
        entries: inventoryOf(changes),
        ownerLabels: OWNER,
        // Somebody is faster than us: once with a harmless change, once by
        // taking the object over.
        beforeWrite: async () => {
          writes += 1;
          if (writes > 2) return;
          const [name, key, value] = [
            ['b', 'harmless', 'x'],
            ['b', `${FLUX}/name`, 'other'],
          ][writes - 1];
          await client.patch(refOf(inNs(configMap(name, {}))), {
            type: 'merge',
            body: { metadata: { labels: { [key]: value } } },
          });
        },
      });
      expect(result.skipped.map(o => o.ref.name)).toEqual(['b']);
      expect(result.deleted.map(o => o.ref.name)).toEqual(['a']);
      expect(await live(configMap('b', {}))).toBeDefined();
    });

    it('finds objects whose version is no longer served', async () => {
      const changes = await apply([deployment('web')]);
      const [entry] = inventoryOf(changes);
      expect(await pruneAll([{ ...entry, v: 'v1beta9' }])).toMatchObject({
        deleted: ['web'],
      });
      const gone = { id: `${ns}_x_gone.example.com_Gadget`, v: 'v1' };
      expect(await pruneAll([gone])).toMatchObject({ missing: ['x'] });
    });

    it('keeps what it may not delete for the next run', async () => {
      const changes = await apply([configMap('a', {})]);
      const result = await prune({
        client: client.as({ user: 'nobody' }),
        entries: [...inventoryOf(changes), { id: 'nonsense', v: 'v1' }],
        ownerLabels: OWNER,
      });
      expect(result.failed).toHaveLength(2);
      expect(await live(configMap('a', {}))).toBeDefined();
    });
  });

  describe('health', () => {
    let crd: KubernetesObject;
    let widget: KubernetesObject;

    beforeEach(async () => {
      const group = `h${Date.now()}-${count}.example.com`;
      crd = definition(group);
      widget = {
        apiVersion: `${group}/v1`,
        kind: 'Widget',
        metadata: { name: 'one', namespace: ns },
      };
      await apply([crd, widget, configMap('a', {})]);
    });

    afterEach(async () => {
      await client.delete(refOf(crd));
    });

    const setCondition = (type: string, status: string, message: string) =>
      client.patch(refOf(widget), {
        type: 'merge',
        body: { status: { conditions: [{ type, status, message }] } },
      });

    it('waits until all are current', async () => {
      await setCondition('Ready', 'False', 'not yet');
      const seen: string[] = [];
      const result = await waitForHealth({
        client,
        refs: [refOf(widget), refOf(inNs(configMap('a', {})))],
        timeoutMs: 30_000,
        onChange: ({ ref, status }) => {
          seen.push(`${ref.name} ${status}`);
          if (status === 'InProgress') void setCondition('Ready', 'True', '');
        },
      });
      expect(result.objects.map(o => o.status)).toEqual(['Current', 'Current']);
      expect(seen.filter(line => line.startsWith('one'))).toEqual([
        'one InProgress',
        'one Current',
      ]);
    });

    it('ends as soon as one has failed', async () => {
      await setCondition('Stalled', 'True', 'gave up');
      const error = await waitForHealth({
        client,
        refs: [refOf(widget), refOf(inNs(configMap('never', {})))],
        timeoutMs: 30_000,
      }).catch(e => e);
      expect(error).toMatchObject({
        code: 'health-check-failed',
        timedOut: false,
      });
      expect(error.message.replaceAll(ns, 'NS')).toMatch(
        /^health check failed after .*s: failed early due to stalled resources: \[Widget\/NS\/one status: 'Failed': gave up\]$/,
      );
    });

    it('says after the time is up what it waits for', async () => {
      await setCondition('Ready', 'False', 'not yet');
      const error = await waitForHealth({
        client,
        refs: [refOf(widget), refOf(inNs(configMap('never', {})))],
        timeoutMs: 300,
      }).catch(e => e);
      expect(error.message.replaceAll(ns, 'NS')).toMatch(
        /: timeout waiting for: \[Widget\/NS\/one status: 'InProgress', ConfigMap\/NS\/never status: 'NotFound'\]$/,
      );
    });
  });

  it('watches live changes', async () => {
    const abort = new AbortController();
    const seen: string[] = [];
    await client.watch({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: ns,
      labelSelector: 'watched=yes',
      metadataOnly: true,
      signal: abort.signal,
      onSync: async items => {
        seen.push(`SYNC ${items.length}`);
        const object = inNs(configMap('a', {}));
        object.metadata.labels = { watched: 'yes' };
        await client.create(object);
        await client.delete(refOf(object));
      },
      onEvent: ({ type, object }) => {
        seen.push(`${type} ${object.kind} ${object.metadata.name}`);
        if (type === 'DELETED') abort.abort();
      },
      onError: error => {
        seen.push(error.message);
        abort.abort();
      },
    });
    expect(seen).toEqual([
      'SYNC 0',
      'ADDED ConfigMap a',
      'DELETED ConfigMap a',
    ]);
  });
});
