import { apiErrorOf, type StatusCause } from '../errors/KubernetesApiError';
import { maskSecretValues } from '../object/maskSecret';
import { configMap, MANAGER } from '../__testUtils__/objects';
import { hasDrifted } from './drift';
import { isImmutableError } from './immutable';
import { compareApplyOrder, stageOf } from './order';
import { takeOverPatch } from './takeOver';

describe('compareApplyOrder', () => {
  const ref = (kind: string, name = 'a') => ({
    apiVersion: 'v1',
    kind,
    name,
    namespace: 'n',
  });

  it('puts definitions first and webhooks last', () => {
    const kinds = [
      'ValidatingWebhookConfiguration',
      'Zebra',
      'Deployment',
      'Ingress',
      'MutatingWebhookConfiguration',
      'ConfigMap',
      'Namespace',
      'ClusterRoleBinding',
      'CustomResourceDefinition',
      'ClusterRole',
    ];
    const sorted = kinds.map(kind => ref(kind)).sort(compareApplyOrder);
    expect(sorted.map(({ kind }) => kind)).toEqual([
      'CustomResourceDefinition',
      'Namespace',
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'Deployment',
      'Ingress',
      'Zebra',
      'MutatingWebhookConfiguration',
      'ValidatingWebhookConfiguration',
    ]);
  });

  it.each([
    ['Namespace', 'definitions'],
    ['ClusterRole', 'definitions'],
    ['GatewayClass', 'classes'],
    ['ConfigMap', 'custom'],
    ['Secret', 'other'],
  ])('%s belongs to stage %s', (kind, stage) => {
    expect(stageOf(ref(kind), ['/ConfigMap'])).toBe(stage);
  });
});

describe('isImmutableError', () => {
  const error = (status: number, message: string, causes?: StatusCause[]) =>
    apiErrorOf({
      status,
      where: 'apply',
      server: 's',
      reason: status === 422 ? 'Invalid' : undefined,
      apiMessage: message,
      details: causes && { causes },
    });

  it.each([
    'field is immutable',
    "updates to statefulset spec for fields other than 'replicas' are forbidden",
    'may not change once set',
    'cannot change roleRef',
    'updates to provisioner are forbidden.',
    'spec is immutable after creation except resources.requests',
    'pod updates may not change fields other than `spec.containers[*].image`',
    'may not be changed in an update.',
  ])('says so for %j', message => {
    expect(isImmutableError(error(422, 'Invalid', [{ message }]))).toBe(true);
  });

  it('says no where anything else is wrong, too', () => {
    const causes = [
      { message: 'field is immutable' },
      { message: 'must be greater than or equal to 0' },
    ];
    expect(isImmutableError(error(422, 'immutable', causes))).toBe(false);
    expect(isImmutableError(error(422, 'Required value'))).toBe(false);
    expect(isImmutableError(error(500, 'field is immutable'))).toBe(false);
    expect(isImmutableError(new Error('field is immutable'))).toBe(false);
  });

  it('believes webhooks', () => {
    const message =
      'admission webhook "x" denied the request: spec.size is immutable';
    expect(isImmutableError(error(403, message))).toBe(true);
  });
});

describe('takeOverPatch', () => {
  const entry = (manager: string, operation: string, fields: object) => ({
    manager,
    operation,
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': fields },
  });
  const live = (...managedFields: ReturnType<typeof entry>[]) =>
    configMap(
      'a',
      {},
      {
        resourceVersion: '7',
        managedFields: JSON.parse(JSON.stringify(managedFields)),
      },
    );
  const options = { desired: configMap('a', {}), fieldManager: MANAGER };

  it('merges the fields of kubectl into ours', () => {
    const patch = takeOverPatch(
      live(
        entry('kubectl-client-side-apply', 'Update', { 'f:a': {} }),
        entry('other', 'Update', { 'f:b': {} }),
        entry(MANAGER, 'Apply', { 'f:c': {} }),
        entry('before-first-apply', 'Update', { 'f:d': {} }),
      ),
      options,
    );
    expect(patch).toEqual([
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      {
        op: 'replace',
        path: '/metadata/managedFields',
        value: [
          entry('other', 'Update', { 'f:b': {} }),
          entry(MANAGER, 'Apply', { 'f:c': {}, 'f:a': {}, 'f:d': {} }),
        ],
      },
    ]);
  });

  it('leaves status and other managers alone', () => {
    const status = {
      ...entry('kubectl-edit', 'Update', {}),
      subresource: 'status',
    };
    expect(
      takeOverPatch(
        live(status, entry(MANAGER, 'Apply', {}), entry('helm', 'Apply', {})),
        options,
      ),
    ).toEqual([]);
  });

  it('takes over those named by the caller', () => {
    const patch = takeOverPatch(live(entry('helm', 'Apply', {})), {
      ...options,
      overrideManagers: [{ prefix: 'helm', operation: 'Apply' }],
    });
    expect(patch).toHaveLength(2);
  });

  it('does nothing for ssa: Merge', () => {
    const desired = configMap(
      'a',
      {},
      {
        labels: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' },
      },
    );
    const object = live(entry('kubectl-edit', 'Update', {}));
    expect(takeOverPatch(object, { ...options, desired })).toEqual([]);
  });

  it('removes the traces of other tools, unless they are asked for', () => {
    const key = 'kubectl.kubernetes.io/last-applied-configuration';
    const object = configMap('a', {}, { annotations: { [key]: '{}' } });
    expect(takeOverPatch(object, options)).toEqual([
      {
        op: 'remove',
        path: '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration',
      },
    ]);
    expect(takeOverPatch(object, { ...options, desired: object })).toEqual([]);
  });
});

describe('hasDrifted', () => {
  it('ignores status and metadata other than labels and annotations', () => {
    const a = configMap('a', { x: '1' }, { resourceVersion: '1' });
    const b = configMap('a', { x: '1' }, { resourceVersion: '2', labels: {} });
    expect(hasDrifted({ ...a, status: { x: 1 } }, b)).toBe(false);
    expect(hasDrifted(a, configMap('a', { x: '2' }))).toBe(true);
    expect(
      hasDrifted(a, configMap('a', { x: '1' }, { labels: { l: '' } })),
    ).toBe(true);
  });

  it('ignores order and repetition of metrics', () => {
    const hpa = (...metrics: string[]) => ({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'a' },
      spec: { metrics: metrics.map(type => ({ type })) },
    });
    expect(hasDrifted(hpa('a', 'b', 'a'), hpa('b', 'a'))).toBe(false);
    expect(hasDrifted(hpa('a'), hpa('b'))).toBe(true);
  });
});

describe('maskSecretValues', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { long: 'cGFzc3dvcmQ=', short: 'ab' },
    stringData: { plain: 'line "1"\nline 2' },
  };

  it('finds values as they are, encoded and quoted', () => {
    const encoded = Buffer.from('line "1"\nline 2').toString('base64');
    const text = `a cGFzc3dvcmQ= password ${encoded} "line \\"1\\"\\nline 2" "ab" cab`;
    expect(maskSecretValues(text, secret)).toBe('a *** *** *** "***" *** cab');
  });

  it('touches no other kind', () => {
    const other = { ...secret, kind: 'ConfigMap' };
    expect(maskSecretValues('password', other)).toBe('password');
  });
});
