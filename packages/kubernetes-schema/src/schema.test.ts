import { builtinKinds, kindInfo, schemaOf } from './schema';
import type { SchemaNode } from './SchemaNode';

function at(apiVersion: string, kind: string, path: string): SchemaNode {
  let node = schemaOf(apiVersion, kind);
  for (const step of path.split('.').filter(Boolean)) {
    node = step === '[]' ? node?.element : node?.field(step);
  }
  if (!node) throw new Error(`${kind} has no ${path}`);
  return node;
}

const POD = 'spec.template.spec';

describe('schemaOf', () => {
  it.each([
    [`${POD}.containers`, 'name', ['name']],
    [`${POD}.initContainers`, 'name', ['name']],
    [`${POD}.volumes`, 'name', ['name']],
    [`${POD}.containers.[].env`, 'name', ['name']],
    [`${POD}.containers.[].volumeMounts`, 'mountPath', ['mountPath']],
    [
      `${POD}.containers.[].ports`,
      'containerPort',
      ['containerPort', 'protocol'],
    ],
    [`${POD}.hostAliases`, 'ip', ['ip']],
    ['status.conditions', 'type', ['type']],
    ['metadata.ownerReferences', 'uid', ['uid']],
  ])('merges %s by %s', (path, mergeKey, listMapKeys) => {
    expect(at('apps/v1', 'Deployment', path)).toMatchObject({
      type: 'list',
      patchMergeKey: mergeKey,
      listType: 'map',
      listMapKeys,
    });
  });

  it('replaces tolerations and arguments as a whole', () => {
    for (const path of [`${POD}.tolerations`, `${POD}.containers.[].args`]) {
      const list = at('apps/v1', 'Deployment', path);
      expect(list.listType).toBe('atomic');
      expect(list.patchMergeKey).toBeUndefined();
    }
  });

  it('merges finalizers as a set', () => {
    expect(at('v1', 'Namespace', 'metadata.finalizers')).toMatchObject({
      listType: 'set',
      patchStrategy: ['merge'],
      element: { type: 'scalar', scalar: 'string' },
    });
  });

  it('treats selectors as one value', () => {
    expect(at('apps/v1', 'Deployment', 'spec.selector').atomic).toBe(true);
    expect(at('v1', 'Service', 'spec.selector')).toMatchObject({
      type: 'map',
      atomic: true,
    });
    expect(at('v1', 'ConfigMap', 'data').atomic).toBeUndefined();
  });

  it('keeps what a field says beyond its type', () => {
    expect(at('apps/v1', 'Deployment', 'spec.strategy').patchStrategy).toEqual([
      'retainKeys',
    ]);
    expect(
      at('apps/v1', 'Deployment', 'spec.strategy').field('type'),
    ).toMatchObject({ scalar: 'string' });
    expect(at('apps/v1', 'Deployment', `${POD}.volumes`).patchStrategy).toEqual(
      ['merge', 'retainKeys'],
    );
    expect(
      at('apps/v1', 'DaemonSet', 'spec.updateStrategy').patchStrategy,
    ).toBeUndefined();
  });

  it('tells a granular field from the atomic type it refers to', () => {
    const reference = at('v1', 'PersistentVolume', 'spec.claimRef');
    expect(reference.atomic).toBeUndefined();
    expect(reference.field('uid')).toMatchObject({ scalar: 'string' });
    expect(
      at('v1', 'Endpoints', 'subsets.[].addresses.[].targetRef').atomic,
    ).toBe(true);
  });

  it('tells scalars apart', () => {
    const container = `${POD}.containers.[]`;
    const scalar = (path: string) => at('apps/v1', 'Deployment', path).scalar;
    expect(scalar('spec.replicas')).toBe('integer');
    expect(scalar('spec.paused')).toBe('boolean');
    expect(scalar(`${container}.resources.limits.cpu`)).toBe('quantity');
    expect(scalar(`${container}.livenessProbe.httpGet.port`)).toBe(
      'intOrString',
    );
    expect(scalar('metadata.creationTimestamp')).toBe('string');
  });

  it('knows the default of a key that is often left out', () => {
    expect(at('v1', 'Service', 'spec.ports.[].protocol').default).toBe('TCP');
    expect(at('v1', 'Service', 'spec.ports').listMapKeys).toEqual([
      'port',
      'protocol',
    ]);
  });

  it('follows recursive types', () => {
    const schema = at(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      'spec.versions.[].schema.openAPIV3Schema',
    );
    expect(schema.field('properties')?.element).toBe(schema);
    expect(schema.field('default')?.type).toBe('any');
  });

  it('lists required fields', () => {
    expect(schemaOf('apps/v1', 'Deployment')?.field('spec')?.required).toEqual([
      'selector',
      'template',
    ]);
  });

  it('keeps kinds that newer releases dropped', () => {
    expect(
      at('extensions/v1beta1', 'Ingress', 'spec.rules.[].http.paths.[].backend')
        .type,
    ).toBe('object');
    expect(schemaOf('policy/v1beta1', 'PodDisruptionBudget')).toBeDefined();
    expect(schemaOf('batch/v1beta1', 'CronJob')).toBeDefined();
  });

  it('answers with the facts of 1.21 where asked', () => {
    const podOf = (release: 'latest' | '1.21') =>
      schemaOf('v1', 'Pod', { release })?.field('spec');
    expect(podOf('latest')?.field('resourceClaims')?.patchMergeKey).toBe(
      'name',
    );
    expect(podOf('1.21')?.field('resourceClaims')).toBeUndefined();
    expect(podOf('1.21')?.field('containers')?.patchMergeKey).toBe('name');
    expect(
      kindInfo('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
        release: '1.21',
      }),
    ).toBeUndefined();
  });

  it('knows nothing of other kinds, and no inherited names', () => {
    expect(schemaOf('example.com/v1', 'Deployment')).toBeUndefined();
    expect(schemaOf('v1', 'constructor')).toBeUndefined();
    expect(at('v1', 'Pod', 'spec').field('__proto__')).toBeUndefined();
    expect(at('v1', 'Pod', 'spec').field('constructor')).toBeUndefined();
  });

  it('can be walked to the end for every kind', () => {
    const seen = new Set<SchemaNode>();
    const walk = (node: SchemaNode | undefined) => {
      if (!node || seen.has(node)) return;
      seen.add(node);
      walk(node.element);
      for (const [, child] of node.fields()) walk(child);
    };
    for (const { group, version, kind } of builtinKinds()) {
      walk(schemaOf([group, version].filter(Boolean).join('/'), kind));
    }
    const nodes = [...seen];
    expect(nodes.length).toBeGreaterThan(600);
    expect(nodes.filter(n => n.type === 'list' && !n.element)).toEqual([]);
    expect(
      nodes.filter(n => n.listMapKeys?.some(key => !n.element?.field(key))),
    ).toEqual([]);
  });
});

describe('kindInfo', () => {
  it('knows scope, plural and short names', () => {
    expect(kindInfo('rbac.authorization.k8s.io/v1', 'Role')?.namespaced).toBe(
      true,
    );
    expect(
      kindInfo('rbac.authorization.k8s.io/v1', 'ClusterRole')?.namespaced,
    ).toBe(false);
    expect(kindInfo('apps/v1', 'Deployment')).toEqual({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      plural: 'deployments',
      singular: 'deployment',
      namespaced: true,
      shortNames: ['deploy'],
      categories: ['all'],
      verbs: [
        'create',
        'delete',
        'deletecollection',
        'get',
        'list',
        'patch',
        'update',
        'watch',
      ],
      subresources: ['scale', 'status'],
    });
    expect(kindInfo('networking.k8s.io/v1', 'NetworkPolicy')?.plural).toBe(
      'networkpolicies',
    );
    expect(kindInfo('v1', 'Endpoints')?.plural).toBe('endpoints');
  });

  it('knows where dropped kinds lived', () => {
    expect(kindInfo('extensions/v1beta1', 'Ingress')).toMatchObject({
      plural: 'ingresses',
      namespaced: true,
      shortNames: ['ing'],
    });
    expect(kindInfo('policy/v1beta1', 'PodSecurityPolicy')?.namespaced).toBe(
      false,
    );
  });

  it('has no resource for bodies of subresources', () => {
    expect(schemaOf('autoscaling/v1', 'Scale')).toBeDefined();
    expect(kindInfo('autoscaling/v1', 'Scale')).toBeUndefined();
  });
});
