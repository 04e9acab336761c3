import type {
  JsonObject,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import { ApplyError } from '../apply/ApplyError';
import { inventoryOf } from '../apply/ChangeSet';
import { planObjects } from '../apply/planObjects';
import { refOf } from '../object/metadata';
import { configMap, MANAGER, namespace, OWNER } from '../__testUtils__/objects';
import {
  failureOf,
  type CaseContext,
  type CaseGroup,
  type ClusterCase,
} from './ClusterCase';

const FLUX = 'kustomize.toolkit.fluxcd.io';

/** What a manifest may hold that no type promises. */
const manifest = (value: unknown) => value as KubernetesObject;

interface Refused {
  error: ApplyError;
  /** Of the first failure: its message, and the code of its cause. */
  message: string;
  code: string;
}

async function refused(
  { apply, anonymous }: CaseContext,
  objects: KubernetesObject[],
  options?: Parameters<CaseContext['apply']>[1],
): Promise<Refused> {
  const error = await failureOf(apply(objects, options));
  expect(error).toBeInstanceOf(ApplyError);
  const failed = error as ApplyError;
  const [{ message, cause }] = failed.failures;
  const { code } = cause as { code: string };
  return { error: failed, message: anonymous(message), code };
}

/** Refused before anything is sent. */
function refusesManifest(
  name: string,
  object: unknown,
  says: RegExp,
): ClusterCase {
  return {
    name: `refuses ${name}, and sends nothing`,
    pins: 'Kubernetes 1.34: what an apply has to name; Flux 2.9 fails in the build',
    run: async context => {
      const { client, live, ns } = context;
      const good = configMap('good', {});
      const { message, code } = await refused(context, [
        good,
        manifest(object),
      ]);
      expect(message).toMatch(says);
      expect(code).toBe('invalid-reference');
      expect(await live(good)).toBeUndefined();
      const plan = await planObjects({
        client,
        objects: [good, manifest(object)],
        fieldManager: MANAGER,
        ownerLabels: OWNER,
        defaultNamespace: ns,
      });
      expect(plan.filter(change => change.failure)).toHaveLength(1);
    },
  };
}

function refusesDuplicates(
  name: string,
  one: () => KubernetesObject,
  other: (context: CaseContext) => KubernetesObject,
): ClusterCase {
  return {
    name: `refuses an object that is in the set twice, ${name}`,
    pins: 'Kubernetes 1.34: a group, kind, namespace and name are one object; kustomize refuses ids that conflict',
    run: async context => {
      const { message, code, error } = await refused(context, [
        configMap('good', {}),
        one(),
        other(context),
      ]);
      expect(message).toMatch(/check failed: .* is more than once in the set/);
      expect(code).toBe('duplicate-object');
      expect(error.failures).toHaveLength(1);
    },
  };
}

const autoscaler = (version: string): KubernetesObject => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: {
    maxReplicas: 3,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  },
});

const clusterRole = (name: string, metadata: JsonObject = {}) =>
  manifest({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, ...metadata },
    rules: [],
  });

const cases: ClusterCase[] = [
  refusesManifest(
    'an object without a name',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} },
    /^ConfigMap check failed: it has no metadata\.name$/,
  ),
  refusesManifest(
    'an object without metadata',
    { apiVersion: 'v1', kind: 'ConfigMap' },
    /^ConfigMap check failed: it has no metadata\.name$/,
  ),
  refusesManifest(
    'an object without a kind',
    { apiVersion: 'v1', metadata: { name: 'a' } },
    /^object\/a check failed: it has no kind$/,
  ),
  refusesManifest(
    'an object without an apiVersion',
    { kind: 'ConfigMap', metadata: { name: 'a' } },
    /^ConfigMap\/a check failed: it has no apiVersion$/,
  ),
  refusesManifest(
    'an apiVersion that is none',
    { apiVersion: 'a/b/c', kind: 'ConfigMap', metadata: { name: 'a' } },
    /^ConfigMap\/a check failed: "a\/b\/c" is not an apiVersion$/,
  ),
  refusesManifest(
    'a name that is a number',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 7 } },
    /^ConfigMap check failed: metadata\.name is not a string$/,
  ),
  refusesManifest(
    'generateName',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' } },
    /^ConfigMap check failed: it has metadata\.generateName, which cannot be applied/,
  ),
  refusesManifest('what is no object', 'text', /^object check failed: /),
  refusesDuplicates(
    'with other content',
    () => configMap('same', { a: '1' }),
    () => configMap('same', { a: '2' }),
  ),
  refusesDuplicates(
    'once with and once without its namespace',
    () => configMap('same', {}),
    ({ inNs }) => inNs(configMap('same', {})),
  ),
  refusesDuplicates(
    'in two versions of its group',
    () => autoscaler('v1'),
    () => autoscaler('v2'),
  ),
  refusesDuplicates(
    'with a namespace that its kind has not',
    () => clusterRole('same'),
    () => clusterRole('same', { namespace: 'other' }),
  ),
  {
    name: 'drops the namespace of an object whose kind has none',
    pins: 'Kubernetes 1.34: the namespace of a cluster-scoped object is reset; kustomize sets it on unknown kinds',
    run: async ({ client, apply, unique, cleanUp }) => {
      const role = clusterRole(unique(), { namespace: 'nowhere' });
      cleanUp(() => client.delete(refOf(role)));
      const changes = await apply([role]);
      expect(inventoryOf(changes)).toEqual([
        {
          id: `_${role.metadata.name}_rbac.authorization.k8s.io_ClusterRole`,
          v: 'v1',
        },
      ]);
    },
  },
  {
    name: 'refuses an object without the namespace that its kind needs',
    pins: 'Kubernetes 1.34: namespaced kinds have no path without a namespace',
    run: async context => {
      const { message, code } = await refused(context, [configMap('a', {})], {
        defaultNamespace: undefined,
      });
      expect(message).toMatch(
        /^ConfigMap\/a dry-run failed: .*needs a namespace/,
      );
      expect(code).toBe('invalid-reference');
    },
  },
  {
    name: 'says which namespace is not there',
    pins: 'Kubernetes 1.34, NamespaceLifecycle: 404 that names the namespace',
    run: async context => {
      const lost = context.unique();
      const { error, code } = await refused(context, [
        configMap('a', {}, { namespace: lost }),
      ]);
      expect(error.message).toContain(`namespaces "${lost}" not found`);
      expect(code).toBe('not-found');
    },
  },
  {
    name: 'says which kind the cluster does not serve',
    pins: 'Flux 2.9: no matches for kind',
    run: async context => {
      const { message, code, error } = await refused(context, [
        manifest({
          apiVersion: 'unknown.example.com/v1',
          kind: 'Gadget',
          metadata: { name: 'a' },
        }),
        manifest({ apiVersion: 'v1', kind: 'Gizmo', metadata: { name: 'a' } }),
      ]);
      expect(message).toMatch(
        /^Gadget\/a dry-run failed: no kind "Gadget" in "unknown\.example\.com\/v1"/,
      );
      expect(code).toBe('unknown-kind');
      expect(error.failures).toHaveLength(2);
    },
  },
  {
    name: 'passes on that annotations are too large',
    pins: 'Kubernetes 1.34: 256 KiB of annotations in all',
    run: async context => {
      const annotations = { 'example.com/large': 'x'.repeat(1024 * 1024) };
      const { message, code } = await refused(context, [
        configMap('a', {}, { annotations }),
      ]);
      expect(message).toMatch(
        /^ConfigMap\/NS\/a apply failed \(Invalid\): .*annotations: Too long/,
      );
      expect(message.length).toBeLessThan(5_000);
      expect(code).toBe('invalid');
    },
  },
  {
    name: 'says that a namespace is being deleted',
    pins: 'Kubernetes 1.34, NamespaceLifecycle: 403 with cause NamespaceTerminating',
    run: async context => {
      const { client, unique, cleanUp } = context;
      const name = unique();
      await client.create(namespace(name));
      const held = configMap(
        'held',
        {},
        { namespace: name, finalizers: ['example.com/held'] },
      );
      await client.create(held);
      cleanUp(() =>
        client.patch(refOf(held), {
          type: 'merge',
          body: { metadata: { finalizers: null } },
        }),
      );
      await client.delete(refOf(namespace(name)));
      const { code, error } = await refused(context, [
        configMap('late', {}, { namespace: name }),
      ]);
      expect(code).toBe('namespace-terminating');
      expect(error.hint).toMatch(/being deleted/);
    },
  },
  {
    name: 'does not wait for ever for a finalizer when it recreates',
    pins: 'Kubernetes 1.34, finalizers; Flux 2.9 waits until its timeout',
    run: async context => {
      const { client, apply, inNs, cleanUp } = context;
      const fixed = (key: string) => ({
        ...configMap('fixed', { key }, { finalizers: ['example.com/stuck'] }),
        immutable: true,
      });
      await apply([fixed('1')]);
      cleanUp(() =>
        client.patch(refOf(inNs(fixed('1'))), {
          type: 'merge',
          body: { metadata: { finalizers: null } },
        }),
      );
      const { message, code } = await refused(context, [fixed('2')], {
        force: true,
        stageTimeoutMs: 0,
      });
      expect(message).toMatch(
        /^ConfigMap\/NS\/fixed recreate failed: .*finalizers: example\.com\/stuck/,
      );
      expect(code).toBe('timeout');
    },
  },
  {
    name: 'passes on that the user may not write, for each object',
    pins: 'Kubernetes 1.34, RBAC: 403 that names user, verb and resource',
    run: async context => {
      const { error, code } = await refused(
        context,
        [configMap('a', {}), configMap('b', {})],
        { client: context.client.as({ user: 'nobody' }) },
      );
      expect(code).toBe('forbidden');
      expect(error.failures).toHaveLength(2);
      expect(error.message).toContain('User "nobody" cannot');
    },
  },
  {
    name: 'ignores a setting that it does not know',
    pins: 'Flux 2.9, kustomize-controller: unknown values of annotations are ignored',
    run: async ({ lines }) => {
      const annotations = { [`${FLUX}/ssa`]: 'Sometimes' };
      expect(await lines([configMap('a', {}, { annotations })])).toEqual([
        'ConfigMap/NS/a created',
      ]);
    },
  },
];

export const badInputCases: CaseGroup = { name: 'bad input', cases };
