// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitRepository,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import { untilKustomization } from '../../__testUtils__/deliveries';
import { deletionsIn } from '../../__testUtils__/prunes';
import {
  gitRepository,
  kustomization,
  PortalOptions,
  readyOf,
  World,
} from '../../__testUtils__/world';

jest.setTimeout(120_000);

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\n`;

const delivery = (name: string, path: string, more = '') => `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: default}
spec:
  interval: 1h
  retryInterval: 1s
  prune: true
  wait: true
  path: ${path}
  sourceRef: {kind: GitRepository, name: repo}
${more}`;

/** As flux install writes them, as far as it matters here. */
const COMPONENTS = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: kustomize-controller
  namespace: default
  labels: {app.kubernetes.io/part-of: flux}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: kustomize-controller
  namespace: default
  labels: {app.kubernetes.io/part-of: flux}
spec:
  selector: {matchLabels: {app: kustomize-controller}}
  template:
    metadata: {labels: {app: kustomize-controller}}
    spec:
      containers:
        - name: manager
          image: registry.example/fluxcd/kustomize-controller:v1.9.0
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: helm-controller-7, namespace: default}
spec:
  selector: {matchLabels: {app: helm-controller}}
  template:
    metadata: {labels: {app: helm-controller}}
    spec:
      containers:
        - {name: manager, image: "registry.example:5000/mirror/helm-controller@sha256:aa"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: source-controller, namespace: default}
spec:
  selector: {matchLabels: {app: ours}}
  template:
    metadata: {labels: {app: ours}}
    spec:
      containers:
        - {name: ours, image: registry.example/tools/sources:1}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gitrepositories.source.toolkit.fluxcd.io}
spec:
  group: source.toolkit.fluxcd.io
  scope: Namespaced
  names: {kind: GitRepository, listKind: GitRepositoryList, plural: gitrepositories, singular: gitrepository}
  versions:
    - name: v1beta1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

describe.each(testClusters)(
  'deliveries that deliver GitOps objects on $name',
  cluster => {
    const init = migratedDatabases();
    let world: World;

    afterEach(async () => {
      await world?.stop();
    });

    const commit = async (
      files: Record<string, string>,
      remove: readonly string[] = [],
    ) => {
      await world.sandbox.git.commit('team/app', {
        files,
        remove: [...remove],
      });
    };
    const start = async (
      files: (url: string) => Record<string, string>,
      options: PortalOptions = {},
    ) => {
      world = await cluster.start();
      const { url } = await world.sandbox.git.createRepository('team/app', {});
      await commit(files(url));
      await world.startPortal(await init('SQLITE_3'), options);
      await world.untilKinds(
        'gitrepositories.source.toolkit.fluxcd.io',
        'kustomizations.kustomize.toolkit.fluxcd.io',
        'helmreleases.helm.toolkit.fluxcd.io',
      );
      await world.apply(gitRepository(url));
      await world.apply(
        kustomization(
          { path: './root', retryInterval: '1s', wait: true },
          'root',
        ),
      );
    };
    const until = (name: string, wanted: (object?: Kustomization) => boolean) =>
      untilKustomization(world, name, wanted);
    const untilReady = (name: string) =>
      until(name, object => readyOf(object)?.status === 'True');
    const live = (kind: string, apiVersion: string, name: string) =>
      world.client.get<KubernetesObject>({
        ...{ kind, apiVersion, name },
        namespace: 'default',
      });
    const fetchAgain = async () => {
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
              annotations: {
                'reconcile.fluxcd.io/requestedAt': `${Math.random()}`,
              },
            },
          },
        },
      );
    };

    it('reach any depth, their own objects among them, and go before what they need', async () => {
      await start(url => ({
        'root/gotk-sync.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: repo, namespace: default}
spec: {interval: 1h, url: "${url}", ref: {branch: main}}
${delivery('root', './root')}`,
        'root/infra.yaml': delivery('infra', './infra'),
        'infra/apps.yaml': delivery('apps', './apps'),
        'apps/cm.yaml': configMap('leaf'),
      }));
      await untilReady('apps');
      await untilReady('infra');
      const root = await untilReady('root');
      expect(
        root.status?.inventory?.entries.map(({ id }) => id).sort(),
      ).toEqual([
        'default_infra_kustomize.toolkit.fluxcd.io_Kustomization',
        'default_repo_source.toolkit.fluxcd.io_GitRepository',
        'default_root_kustomize.toolkit.fluxcd.io_Kustomization',
      ]);
      const { status } = (await world.client.get<GitRepository>({
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: 'default',
        name: 'repo',
      }))!;
      expect(status?.artifact).toBeDefined();

      await world.client.delete({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        namespace: 'default',
        name: 'root',
      });
      await until('root', object => object === undefined);
      expect(await live('ConfigMap', 'v1', 'leaf')).toBeUndefined();
      expect(
        deletionsIn(world).map(({ path }) =>
          path.split('/').slice(-2).join('/'),
        ),
      ).toEqual(
        cluster.isSandbox
          ? [
              'kustomizations/infra',
              'kustomizations/apps',
              'configmaps/leaf',
              'gitrepositories/repo',
            ]
          : [],
      );
    });

    it('do not delete themselves because Git has them no more', async () => {
      await start(() => ({
        'root/own.yaml': delivery('root', './root'),
        'root/cm.yaml': configMap('leaf'),
      }));
      await until(
        'root',
        object =>
          readyOf(object)?.status === 'True' &&
          object?.status?.inventory?.entries.length === 2,
      );
      await commit({}, ['root/own.yaml']);
      await fetchAgain();
      const held = await until(
        'root',
        object => readyOf(object)?.reason === 'PruneHeld',
      );
      expect(readyOf(held)?.message).toContain(
        '1 object of 2 would be deleted, among them the object that applied them',
      );
      expect(await live('ConfigMap', 'v1', 'leaf')).toBeDefined();
    });

    it('may be of versions that the cluster does not serve any more', async () => {
      await start(
        () => ({
          'root/old.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1beta1
kind: Kustomization
metadata: {name: old, namespace: default}
spec:
  interval: 1h
  prune: true
  path: ./apps
  validation: client
  sourceRef: {kind: GitRepository, name: repo}
---
apiVersion: helm.toolkit.fluxcd.io/v2beta1
kind: HelmRelease
metadata: {name: game, namespace: default}
spec:
  interval: 10m
  suspend: true
  chart:
    spec:
      chart: ./charts/game
      version: ">=1.2.0"
      valuesFile: prod.yaml
      sourceRef: {kind: GitRepository, name: repo}
  values: {replicaCount: 3}
`,
          'apps/cm.yaml': configMap('leaf'),
        }),
        {},
      );
      await untilReady('old');
      const root = await until(
        'root',
        object => (object?.status?.inventory?.entries.length ?? 0) > 0,
      );
      expect(root.status?.inventory?.entries).toEqual(
        expect.arrayContaining([
          { id: 'default_game_helm.toolkit.fluxcd.io_HelmRelease', v: 'v2' },
          {
            id: 'default_old_kustomize.toolkit.fluxcd.io_Kustomization',
            v: 'v1',
          },
        ]),
      );
      expect(
        await live('HelmRelease', 'helm.toolkit.fluxcd.io/v2', 'game'),
      ).toMatchObject({
        spec: { chart: { spec: { valuesFiles: ['prod.yaml'] } } },
      });
      const warning = (await world.eventsOf(root)).find(event =>
        event.includes('Kustomization/default/old'),
      );
      expect(warning).toMatch(
        /^BuildWarning: Kustomization\/default\/old is of kustomize.toolkit.fluxcd.io\/v1beta1, which the cluster does not serve; it was converted to kustomize.toolkit.fluxcd.io\/v1: change the manifest; .*validation/,
      );
    });

    (cluster.isSandbox ? describe : describe.skip)(
      'with Deployments that become ready',
      () => {
        it("leave out Flux's own controllers, and say so", async () => {
          await start(() => ({ 'root/gotk-components.yaml': COMPONENTS }));
          const root = await untilReady('root');
          expect(
            root.status?.inventory?.entries.map(({ id }) => id).sort(),
          ).toEqual([
            'default_kustomize-controller__ServiceAccount',
            'default_source-controller_apps_Deployment',
          ]);
          const warnings = (await world.eventsOf(root)).filter(event =>
            event.startsWith('BuildWarning'),
          );
          expect(warnings).toHaveLength(2);
          expect(warnings).toContainEqual(
            expect.stringContaining(
              'Deployment/default/kustomize-controller, Deployment/default/helm-controller-7; remove them from the manifests',
            ),
          );
          expect(warnings).toContainEqual(
            expect.stringContaining(
              'CustomResourceDefinition/gitrepositories.source.toolkit.fluxcd.io',
            ),
          );
        });
      },
    );

    it('keep controllers that are there already, and do not touch them', async () => {
      await start(() => ({ 'root/sa.yaml': configMap('first') }));
      await untilReady('root');
      await world.apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: {
          name: 'kustomize-controller',
          namespace: 'default',
          labels: {
            'app.kubernetes.io/part-of': 'flux',
            'kustomize.toolkit.fluxcd.io/name': 'root',
            'kustomize.toolkit.fluxcd.io/namespace': 'default',
          },
        },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'kustomize-controller' } },
          template: {
            metadata: { labels: { app: 'kustomize-controller' } },
            spec: { containers: [{ name: 'manager', image: 'x' }] },
          },
        },
      } as KubernetesObject);
      // As Flux left it behind when it delivered itself.
      await world.client.patch(
        {
          apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
          kind: 'Kustomization',
          namespace: 'default',
          name: 'root',
        },
        {
          type: 'merge',
          subresource: 'status',
          fieldManager: 'kubectl-edit',
          body: {
            status: {
              inventory: {
                entries: [
                  { id: 'default_first__ConfigMap', v: 'v1' },
                  {
                    id: 'default_kustomize-controller_apps_Deployment',
                    v: 'v1',
                  },
                ],
              },
            },
          },
        },
      );
      await commit({ 'root/gotk-components.yaml': COMPONENTS });
      await fetchAgain();
      const root = await until('root', object =>
        (object?.status?.inventory?.entries ?? []).some(
          ({ id }) => id === 'default_kustomize-controller__ServiceAccount',
        ),
      );
      expect(root.status?.inventory?.entries).toContainEqual({
        id: 'default_kustomize-controller_apps_Deployment',
        v: 'v1',
      });
      expect(
        await live('Deployment', 'apps/v1', 'kustomize-controller'),
      ).toMatchObject({ spec: { replicas: 0 } });
    });

    it("may bring Flux's controllers where that is allowed", async () => {
      await start(() => ({ 'root/gotk-components.yaml': COMPONENTS }), {
        allowFluxControllers: true,
      });
      const found = await world.until(
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'default',
          name: 'kustomize-controller',
        },
        object => object !== undefined,
      );
      expect(found.metadata.labels).toMatchObject({
        'kustomize.toolkit.fluxcd.io/name': 'root',
      });
    });

    it('are what their ServiceAccount may make', async () => {
      await start(() => ({
        'root/child.yaml': delivery('child', './apps'),
        'apps/cm.yaml': configMap('leaf'),
      }));
      await world.apply(
        kustomization(
          {
            path: './root',
            retryInterval: '1s',
            serviceAccountName: 'limited',
          },
          'tenant',
        ),
      );
      const refused = await until(
        'tenant',
        object => readyOf(object)?.reason === 'ReconciliationFailed',
      );
      expect(readyOf(refused)?.message).toContain(
        'system:serviceaccount:default:limited',
      );
      expect(readyOf(refused)?.message).toMatch(/forbidden|cannot/i);
    });
  },
);
