import type { KubernetesObject, V1ConfigMap } from '@kubernetes/client-node';
import * as k8s from '@kubernetes/client-node';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { SandboxKubernetes } from './kubernetesApi';
import { startKubernetesApi } from './kubernetesApi';

jest.setTimeout(60_000);

describe('@kubernetes/client-node', () => {
  let directory: string;
  let api: SandboxKubernetes;
  let config: k8s.KubeConfig;
  let core: k8s.CoreV1Api;

  beforeAll(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-client-'));
    api = await startKubernetesApi({ dataDir: directory });
    config = new k8s.KubeConfig();
    config.loadFromFile(api.kubeconfigPath);
    core = config.makeApiClient(k8s.CoreV1Api);
  });

  afterAll(async () => {
    await api.stop();
    fs.rmSync(directory, { recursive: true });
  });

  const namespace = 'default';

  it('lists in pages', async () => {
    for (const name of ['p1', 'p2', 'p3']) {
      await core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name, labels: { page: 'yes' } } },
      });
    }
    const first = await core.listNamespacedConfigMap({
      namespace,
      limit: 2,
      labelSelector: 'page=yes',
    });
    expect(first.items.map(item => item.metadata?.name)).toEqual(['p1', 'p2']);
    const second = await core.listNamespacedConfigMap({
      namespace,
      limit: 2,
      labelSelector: 'page=yes',
      _continue: first.metadata?._continue,
    });
    expect(second.items.map(item => item.metadata?.name)).toEqual(['p3']);
    expect(second.metadata?._continue).toBeUndefined();
  });

  it('detects writes to an old version', async () => {
    const created = await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'race' }, data: { a: '1' } },
    });
    await core.replaceNamespacedConfigMap({
      name: 'race',
      namespace,
      body: { ...created, data: { a: '2' } },
    });
    await expect(
      core.replaceNamespacedConfigMap({
        name: 'race',
        namespace,
        body: { ...created, data: { a: '3' } },
      }),
    ).rejects.toMatchObject({
      code: 409,
      body: expect.stringContaining(
        'the object has been modified; please apply your changes to the latest version and try again',
      ),
    });
  });

  it('applies any object by KubernetesObjectApi', async () => {
    const objects = k8s.KubernetesObjectApi.makeApiClient(config);
    const spec: KubernetesObject & { data: Record<string, string> } = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'applied', namespace },
      data: { a: '1' },
    };
    await objects.patch(
      spec,
      undefined,
      undefined,
      'test-manager',
      true,
      k8s.PatchStrategy.ServerSideApply,
    );
    const read = await core.readNamespacedConfigMap({
      name: 'applied',
      namespace,
    });
    expect(read.metadata?.managedFields).toMatchObject([
      { manager: 'test-manager', operation: 'Apply' },
    ]);
  });

  it('informs of changes, also after the watch broke and its version expired', async () => {
    const informer = k8s.makeInformer<V1ConfigMap>(
      config,
      `/api/v1/namespaces/${namespace}/configmaps`,
      () =>
        core.listNamespacedConfigMap({ namespace, labelSelector: 'seen=yes' }),
      'seen=yes',
    );
    const seen: string[] = [];
    let wake = () => {};
    const note = (verb: string) => (object: V1ConfigMap) => {
      seen.push(`${verb} ${object.metadata?.name}`);
      wake();
    };
    informer.on('add', note('add'));
    informer.on('update', note('update'));
    informer.on('delete', note('delete'));
    informer.on('error', () => {
      void informer.start();
    });
    const nextEvent = () =>
      new Promise<void>(resolve => {
        wake = resolve;
      });
    const until = async (entry: string) => {
      while (!seen.includes(entry)) await nextEvent();
    };
    await informer.start();
    try {
      await core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: 'i1', labels: { seen: 'yes' } } },
      });
      await until('add i1');
      await core.patchNamespacedConfigMap({
        name: 'i1',
        namespace,
        body: [{ op: 'add', path: '/data', value: { a: '1' } }],
      });
      await until('update i1');
      api.faults.compact();
      api.faults.dropWatches();
      await core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: 'i2', labels: { seen: 'yes' } } },
      });
      await until('add i2');
      await core.deleteNamespacedConfigMap({ name: 'i1', namespace });
      await until('delete i1');
      expect(seen.slice(0, 2)).toEqual(['add i1', 'update i1']);
    } finally {
      await informer.stop();
    }
  });

  it('watches pods come alive with bookmarks, and reads their logs', async () => {
    const watchPods = (
      query: Record<string, string | number | boolean>,
      seen: (type: string, pod: k8s.V1Pod) => void,
    ) =>
      new Promise<void>((resolve, reject) => {
        new k8s.Watch(config)
          .watch(`/api/v1/namespaces/${namespace}/pods`, query, seen, error =>
            error ? reject(error) : resolve(),
          )
          .catch(reject);
      });
    const phases = new Set<string>();
    const running = new Promise<void>(resolve => {
      void watchPods({}, (_type, pod) => {
        phases.add(pod.status?.phase ?? '');
        if (pod.status?.phase === 'Running') resolve();
      }).catch(() => {}); // it ends with the API
    });
    await config.makeApiClient(k8s.AppsV1Api).createNamespacedDeployment({
      namespace,
      body: {
        metadata: { name: 'alive' },
        spec: {
          selector: { matchLabels: { app: 'alive' } },
          template: {
            metadata: { labels: { app: 'alive' } },
            spec: { containers: [{ name: 'app', image: 'app:1' }] },
          },
        },
      },
    });
    await running;
    expect([...phases]).toEqual(['Pending', 'Running']);
    const types: string[] = [];
    await watchPods({ allowWatchBookmarks: true, timeoutSeconds: 1 }, type =>
      types.push(type),
    );
    // The watch ends in order, after its time, with a bookmark.
    expect(types.at(-1)).toBe('BOOKMARK');
    const { items } = await core.listNamespacedPod({
      namespace,
      labelSelector: 'app=alive',
    });
    expect(
      await core.readNamespacedPodLog({
        name: items[0].metadata?.name ?? '',
        namespace,
      }),
    ).toBe('starting app (image app:1)\n');
  });

  it('meets injected faults and is recorded', async () => {
    api.requests.clear();
    api.faults.inject({
      match: request => request.verb === 'list',
      status: 429,
      retryAfterSeconds: 1,
      times: 1,
    });
    await expect(core.listNamespace()).rejects.toMatchObject({ code: 429 });
    await core.listNamespace();
    expect(
      api.requests.list(request => request.resource === 'namespaces'),
    ).toMatchObject([
      { verb: 'list', status: 429 },
      { verb: 'list', status: 200, user: 'kubernetes-admin' },
    ]);
  });

  it('acts as a ServiceAccount by its token', async () => {
    const { status } = await core.createNamespacedServiceAccountToken({
      name: 'default',
      namespace,
      body: { spec: { audiences: [], expirationSeconds: 600 } },
    });
    const own = new k8s.KubeConfig();
    own.loadFromOptions({
      clusters: [
        {
          name: 'c',
          server: api.url,
          caData: Buffer.from(api.caPem).toString('base64'),
        },
      ],
      users: [{ name: 'u', token: status?.token }],
      contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
      currentContext: 'x',
    });
    const asAccount = own.makeApiClient(k8s.CoreV1Api);
    await expect(
      asAccount.listNamespacedSecret({ namespace }),
    ).rejects.toMatchObject({
      code: 403,
      body: expect.stringContaining(
        'User \\"system:serviceaccount:default:default\\" cannot list resource \\"secrets\\"',
      ),
    });
    own.users = [{ name: 'u', token: 'nonsense' }];
    const asNobody = own.makeApiClient(k8s.CoreV1Api);
    await expect(asNobody.listNamespace()).rejects.toMatchObject({ code: 401 });
  });
});
