import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { migratedDatabases } from './__testUtils__/databases';
import {
  gitRepository,
  kustomization,
  PORTAL_AGENT,
  readyOf,
  World,
} from './__testUtils__/world';

jest.setTimeout(240_000);

const REPO = 'team/platform';
const WAIT_MS = 60_000;

/** A child, and the account that it acts as: both rendered by the parent. */
const PARENT_FILES = {
  'parent/account.yaml': `
apiVersion: v1
kind: ServiceAccount
metadata: {name: deployer, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer, namespace: default}
rules: [{apiGroups: [""], resources: [configmaps], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: deployer, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects: [{kind: ServiceAccount, name: deployer, namespace: default}]
`,
  'parent/child.yaml': `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: child, namespace: default}
spec:
  interval: 1h
  retryInterval: 1h
  prune: true
  path: ./child
  serviceAccountName: deployer
  sourceRef: {kind: GitRepository, name: repo}
`,
  'child/config.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\n',
};

const delivery = (name: string) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: 'default',
  name,
});
const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  namespace: 'default',
  name: 'deployer',
};
const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name: 'settings',
};

describe('deliveries that are delivered themselves', () => {
  const init = migratedDatabases();
  let world: World;

  const until = (
    name: string,
    wanted: (object: Kustomization | undefined) => boolean,
  ) => world.until<Kustomization>(delivery(name), wanted, WAIT_MS);

  const ready = (object: Kustomization | undefined) =>
    readyOf(object)?.status === 'True';

  const gone = (object: Kustomization | undefined) => object === undefined;

  const reconcilingOf = (object: Kustomization | undefined) =>
    object?.status?.conditions?.find(({ type }) => type === 'Reconciling')
      ?.message ?? '';

  const hold = (ref: typeof settings, finalizers: string[]) =>
    world.client.patch<KubernetesObject>(ref, {
      type: 'merge',
      body: { metadata: { finalizers } },
    });

  beforeEach(async () => {
    world = await World.start();
    const { url } = await world.sandbox.git.createRepository(
      REPO,
      PARENT_FILES,
    );
    await world.startPortal(await init('SQLITE_3'));
    await world.until<KubernetesObject>(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'kustomizations.kustomize.toolkit.fluxcd.io',
      },
      crd => JSON.stringify(crd?.status ?? '').includes('"Established"'),
      WAIT_MS,
    );
    await world.apply(gitRepository(url));
  });
  afterEach(() => world.stop());

  it('finish before the ServiceAccount that they act as goes', async () => {
    await world.apply(kustomization({ path: './parent' }, 'parent'));
    await until('parent', ready);
    await until('child', ready);
    // What the child cannot delete yet keeps the child, and so the account.
    await hold(delivery('child'), ['finalizers.fluxcd.io', 'example.com/busy']);
    await world.client.delete(delivery('parent'));
    const waiting = await until('parent', object =>
      reconcilingOf(object).includes('Waiting for deliveries to finish'),
    );
    expect(reconcilingOf(waiting)).toMatch(
      /before 3 more objects are deleted: Kustomization\/default\/child \(finalizers: .*example\.com\/busy/,
    );
    expect(readyOf(waiting)?.status).toBe('Unknown');
    await until(
      'child',
      object => object?.metadata.finalizers?.join() === 'example.com/busy',
    );
    expect(await world.client.get(settings)).toBeUndefined();
    expect(await world.client.get(account)).toBeDefined();

    await hold(delivery('child'), []);
    await until('parent', gone);
    expect(await world.client.get(account)).toBeUndefined();
  });

  it('finish first also where they leave the source together', async () => {
    await world.apply(kustomization({ path: './parent' }, 'parent'));
    await until('parent', ready);
    await until('child', ready);
    await world.sandbox.git.commit(REPO, {
      message: 'Without the child and its account',
      files: {
        'parent/other.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: default}\n',
      },
      remove: ['parent/account.yaml', 'parent/child.yaml'],
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
        body: {
          metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': '1' } },
        },
      },
    );
    await until(
      'parent',
      object =>
        ready(object) && object?.status?.inventory?.entries.length === 1,
    );
    await until('child', gone);
    expect(await world.client.get(settings)).toBeUndefined();
    expect(await world.client.get(account)).toBeUndefined();
  });

  it('a delivery that applies itself does not wait for itself', async () => {
    await world.sandbox.git.commit(REPO, {
      message: 'One that applies itself',
      files: {
        'itself/itself.yaml': `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: itself, namespace: default}
spec:
  interval: 1h
  prune: true
  path: ./itself
  sourceRef: {kind: GitRepository, name: repo}
`,
      },
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
        body: {
          metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': '1' } },
        },
      },
    );
    await world.apply(kustomization({ path: './itself' }, 'itself'));
    await until(
      'itself',
      object =>
        ready(object) && object?.status?.inventory?.entries.length === 1,
    );
    await world.client.delete(delivery('itself'));
    await until('itself', gone);
    expect(await world.client.get(delivery('itself'))).toBeUndefined();
  });

  it('waits for termination where the policy says so, and names what keeps it', async () => {
    await world.apply(
      kustomization(
        { path: './child', deletionPolicy: 'WaitForTermination' },
        'app',
      ),
    );
    await until('app', ready);
    await hold(settings, ['example.com/slow']);
    await world.client.delete(delivery('app'));
    const waiting = await until('app', object =>
      reconcilingOf(object).includes('Waiting for resources termination'),
    );
    expect(reconcilingOf(waiting)).toContain(
      'ConfigMap/default/settings (finalizers: example.com/slow)',
    );
    await hold(settings, []);
    await until('app', gone);
    const events = await world.eventsOf(waiting);
    expect(
      events.filter(event => event.includes('settings deleted')),
    ).toHaveLength(1);
  });

  it('keeps the finalizer while the cluster does not let anything be deleted', async () => {
    await world.apply(kustomization({ path: './child' }, 'app'));
    await until('app', ready);
    const { faults } = world.sandbox.kubernetes;
    faults.inject({
      disconnect: true,
      match: ({ resource, userAgent }) =>
        userAgent === PORTAL_AGENT && resource === 'configmaps',
    });
    await world.client.delete(delivery('app'));
    const failing = await until(
      'app',
      object => readyOf(object)?.reason === 'PruneFailed',
    );
    expect(readyOf(failing)?.message).toContain('ConfigMap/default/settings');
    expect(failing.metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
    expect(await world.client.get(settings)).toBeDefined();
    faults.clear();
    await world.client.patch(delivery('app'), {
      type: 'merge',
      body: {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': '1' } },
      },
    });
    await until('app', gone);
    expect(await world.client.get(settings)).toBeUndefined();
  });
});
