// Servers: the sandbox's Kubernetes API, Git server (git http-backend) and registry.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import {
  gitRepository,
  kustomization,
  readyOf,
  World,
} from '../../__testUtils__/world';
import { pushImage } from '../../registries/__testUtils__/pushImage';
import { fluxArtifact } from '../source/oci/__testUtils__/ociWorld';

jest.setTimeout(120_000);

type Event = KubernetesObject & {
  type: string;
  reason: string;
  message: string;
  involvedObject: { kind: string; name: string };
};

const configMap = (name: string, value = '1', more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: "${value}"}\n${more}`;

describe('events of deliveries', () => {
  const init = migratedDatabases();
  let world: World;

  const eventsOf = async (name: string) => {
    const { items } = await world.client.list<Event>({
      apiVersion: 'v1',
      kind: 'Event',
      namespace: 'default',
    });
    return items
      .filter(
        ({ involvedObject }) =>
          involvedObject.kind === 'Kustomization' &&
          involvedObject.name === name,
      )
      .sort((a, b) =>
        Number(a.metadata.resourceVersion) > Number(b.metadata.resourceVersion)
          ? 1
          : -1,
      );
  };
  const until = (
    name: string,
    wanted: Parameters<typeof untilKustomization>[2],
  ) => untilKustomization(world, name, wanted);
  const reconcile = async (name: string, token: string) => {
    await world.client.patch(
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        namespace: 'default',
        name,
      },
      {
        type: 'merge',
        fieldManager: 'test',
        body: {
          metadata: {
            annotations: { 'reconcile.fluxcd.io/requestedAt': token },
          },
        },
      },
    );
    return until(
      name,
      object => object?.status?.lastHandledReconcileAt === token,
    );
  };

  beforeEach(async () => {
    world = await deliveryWorld(init('SQLITE_3'), {
      'app/a.yaml': configMap('a'),
      'app/b.yaml': configMap('b'),
    });
  });

  afterEach(async () => {
    await world?.stop();
  });

  it('tell the change set of each revision, and nothing while nothing changes', async () => {
    await world.apply(kustomization({ wait: true }));
    const first = await until(
      'app',
      object => readyOf(object)?.status === 'True',
    );
    const revision = first.status?.lastAppliedRevision;
    const told = await eventsOf('app');
    expect(told.map(({ type, message }) => `${type} ${message}`)).toEqual([
      'Normal ConfigMap/default/a created\nConfigMap/default/b created',
      expect.stringMatching(/^Normal Health check passed in \d+/),
      expect.stringMatching(
        /^Normal Reconciliation finished in \d+.*, next run in 1h$/,
      ),
    ]);
    for (const { metadata } of told) {
      expect(metadata.annotations).toMatchObject({
        'kustomize.toolkit.fluxcd.io/revision': revision,
      });
    }
    expect(told[2].metadata.annotations).toMatchObject({
      'kustomize.toolkit.fluxcd.io/commit_status': 'update',
    });

    await reconcile('app', 'again');
    expect(await eventsOf('app')).toHaveLength(3);

    await world.sandbox.git.commit('team/app', {
      files: {
        'app/a.yaml': configMap('a', '2'),
        'app/c.yaml': configMap('c'),
      },
      remove: ['app/b.yaml'],
    });
    await world.client.patch(
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: 'default',
        name: 'repo',
      },
      {
        type: 'merge',
        fieldManager: 'test',
        body: {
          metadata: {
            annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
          },
        },
      },
    );
    await until(
      'app',
      object =>
        readyOf(object)?.status === 'True' &&
        object?.status?.lastAppliedRevision !== revision,
    );
    // What is said again in the same words is counted, and so moves on.
    const more = (await eventsOf('app')).filter(
      ({ message }) => !told.some(before => before.message === message),
    );
    expect(more.map(({ message }) => message).slice(0, 2)).toEqual([
      'ConfigMap/default/a configured\nConfigMap/default/c created',
      'ConfigMap/default/b deleted',
    ]);
  });

  it('tell what was applied before the apply failed', async () => {
    const { url } = await world.sandbox.git.createRepository('team/broken', {
      'app/ns.yaml':
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: first}\n',
      'app/bad.yaml': configMap('bad').replace('value: "1"', 'value: [1]'),
    });
    await world.apply(gitRepository(url, {}, 'broken'));
    await world.apply(
      kustomization({ sourceRef: { kind: 'GitRepository', name: 'broken' } }),
    );
    await until(
      'app',
      object => readyOf(object)?.reason === 'ReconciliationFailed',
    );
    const told = await eventsOf('app');
    expect(told.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Normal Progressing',
      'Warning ReconciliationFailed',
    ]);
    expect(told[0].message).toBe('Namespace/first created');
    expect(told[1].message).toContain('ConfigMap/default/bad');
  });

  it('tell where an OCI artifact came from', async () => {
    const { registry } = world.sandbox;
    await pushImage(
      registry,
      'team/app',
      await fluxArtifact(
        { 'app/a.yaml': configMap('a') },
        {
          'org.opencontainers.image.revision': 'main@sha1:0123',
        },
      ),
      'v1',
    );
    await world.apply({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: { name: 'image', namespace: 'default' },
      spec: {
        interval: '1h',
        insecure: true,
        url: `oci://${new URL(registry.url).host}/team/app`,
        ref: { tag: 'v1' },
      },
    } as KubernetesObject);
    await world.apply(
      kustomization({ sourceRef: { kind: 'OCIRepository', name: 'image' } }),
    );
    const { status } = await until(
      'app',
      object => readyOf(object)?.status === 'True',
    );
    expect(status).toMatchObject({
      lastAppliedOriginRevision: 'main@sha1:0123',
    });
    const annotations = (await eventsOf('app'))
      .filter(({ message }) => message.includes('created'))
      .map(({ metadata }) => metadata.annotations);
    expect(annotations).toEqual([
      {
        'kustomize.toolkit.fluxcd.io/revision': status?.lastAppliedRevision,
        'kustomize.toolkit.fluxcd.io/originRevision': 'main@sha1:0123',
      },
    ]);
  });
});
