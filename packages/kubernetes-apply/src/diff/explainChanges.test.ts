import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { configMap, deployment, MANAGER } from '../__testUtils__/objects';
import { explainChanges, type ExplainOptions } from './explainChanges';

const EARLY = '2026-01-01T00:00:00Z';
const LATER = '2026-01-01T00:00:01Z';

function owned(
  object: KubernetesObject,
  ...entries: {
    manager: string;
    time?: string;
    fields: object;
    subresource?: string;
  }[]
): KubernetesObject {
  const managedFields = entries.map(
    ({ manager, time = EARLY, fields, subresource }) => ({
      manager,
      operation: manager === MANAGER ? 'Apply' : 'Update',
      time,
      ...(subresource ? { subresource } : {}),
      fieldsV1: JSON.parse(JSON.stringify(fields)),
    }),
  );
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

const ours = (fields: object) => ({ manager: MANAGER, fields });

/** `reason path` of each change, and who wrote. */
function told(options: Omit<ExplainOptions, 'fieldManager'>): string[] {
  return explainChanges({ fieldManager: MANAGER, ...options }).map(
    ({ reason, path, manager }) =>
      [reason, path, manager].filter(Boolean).join(' '),
  );
}

const data = (...keys: string[]) => ({
  'f:data': Object.fromEntries(keys.map(key => [`f:${key}`, {}])),
});

describe('explainChanges', () => {
  it('takes what is ours for a change in Git', () => {
    const live = owned(
      configMap('a', { x: '1', old: '1' }),
      ours(data('x', 'old')),
    );
    const desired = configMap('a', { x: '2', new: '1' });
    expect(told({ live, merged: desired, desired })).toEqual([
      'git .data.new',
      'git .data.old',
      'git .data.x',
    ]);
  });

  it('takes what somebody else wrote since for drift', () => {
    const live = owned(
      configMap('a', { x: 'edited', y: '1' }),
      ours(data('y')),
      { manager: 'kubectl-edit', time: LATER, fields: data('x') },
    );
    const desired = configMap('a', { x: '1', y: '2' });
    expect(told({ live, merged: desired, desired })).toEqual([
      'drift .data.x kubectl-edit',
      'git .data.y',
    ]);
  });

  it('takes what was there before for a change in Git', () => {
    const live = owned(
      configMap('a', { x: 'theirs' }),
      { manager: MANAGER, time: LATER, fields: data('y') },
      { manager: 'helm', time: EARLY, fields: data('x') },
    );
    const desired = configMap('a', { x: '1' });
    expect(told({ live, merged: desired, desired })).toEqual(['git .data.x']);
    const unknownToUs = owned(configMap('a', { x: 'theirs' }), {
      manager: 'helm',
      fields: data('x'),
    });
    expect(told({ live: unknownToUs, merged: desired, desired })).toEqual([
      'git .data.x',
    ]);
  });

  it('knows better with the manifest that was last applied', () => {
    const live = owned(configMap('a', { y: '1' }), ours(data('y')));
    const desired = configMap('a', { x: '1', y: '2' });
    const previous = configMap('a', { x: '1', y: '1' });
    expect(told({ live, merged: desired, desired })).toEqual([
      'git .data.x',
      'git .data.y',
    ]);
    expect(told({ live, merged: desired, desired, previous })).toEqual([
      'drift .data.x',
      'git .data.y',
    ]);
    expect(told({ live, merged: desired, desired, previous: desired })).toEqual(
      ['drift .data.x', 'drift .data.y'],
    );
  });

  it('leaves the rest to the server', () => {
    const desired = configMap('a', { x: '1' });
    const merged = { ...desired, immutable: false };
    expect(told({ live: undefined, merged, desired })).toEqual([
      'git .apiVersion',
      'git .data.x',
      'server .immutable',
      'git .kind',
      'git .metadata.name',
    ]);
    const live = owned({ ...merged, immutable: true }, ours(data('x')));
    expect(told({ live, merged: desired, desired })).toEqual([
      'server .immutable',
    ]);
  });

  it('finds items of lists by their keys', () => {
    const withImage = (image: string, replicas: number) =>
      deployment('web', {
        replicas,
        template: {
          spec: {
            containers: [
              { name: 'side', args: ['a'] },
              { name: 'app', image, args: [image] },
            ],
          },
        },
      });
    const container = {
      'k:{"name":"app"}': { '.': {}, 'f:name': {}, 'f:args': {} },
    };
    const live = owned(
      withImage('app:edited', 5),
      ours({
        'f:spec': {
          'f:template': { 'f:spec': { 'f:containers': container } },
        },
      }),
      {
        manager: 'kubectl-set',
        time: LATER,
        fields: {
          'f:spec': {
            'f:template': {
              'f:spec': {
                'f:containers': { 'k:{"name":"app"}': { 'f:image': {} } },
              },
            },
          },
        },
      },
      {
        manager: 'hpa',
        time: LATER,
        subresource: 'scale',
        fields: { 'f:spec': { 'f:replicas': {} } },
      },
      {
        manager: 'kube-controller-manager',
        time: LATER,
        subresource: 'status',
        fields: { 'f:spec': { 'f:paused': {} } },
      },
    );
    const desired = withImage('app:1', 2);
    expect(told({ live, merged: desired, desired })).toEqual([
      'drift .spec.replicas hpa',
      'git .spec.template.spec.containers[name="app"].args[0]',
      'drift .spec.template.spec.containers[name="app"].image kubectl-set',
    ]);
  });

  it('tells deletion as a change in Git', () => {
    const live = owned(configMap('a', { x: '1' }), ours(data('x')));
    expect(
      told({ live, merged: undefined, desired: undefined }).every(line =>
        line.startsWith('git '),
      ),
    ).toBe(true);
  });

  it('survives field sets that cannot be read', () => {
    const live = configMap('a', { x: '1' });
    live.metadata.managedFields = [
      {},
      { manager: 7, fieldsV1: {} },
      { manager: MANAGER, fieldsV1: 'x' },
      { manager: 'x', time: 'never', fieldsV1: { 'f:data': { 'k:{': {} } } },
    ] as never;
    const desired = configMap('a', { x: '2' });
    expect(told({ live, merged: desired, desired })).toEqual(['git .data.x']);
  });

  it('shows nothing of Secrets', () => {
    const secret = (rest: object, annotations = {}): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', annotations },
      ...JSON.parse(JSON.stringify(rest)),
    });
    const encoded = Buffer.from('hunter22').toString('base64');
    const live = owned(
      secret(
        { data: { password: Buffer.from('before99').toString('base64') } },
        {
          plain: 'shown',
          note: 'it was before99',
          tool: '{"data":{"x":"y"}}',
          'kubectl.kubernetes.io/last-applied-configuration': '{"data":{}}',
        },
      ),
      ours({ 'f:data': { 'f:password': {} } }),
    );
    const desired = secret(
      { stringData: { password: 'hunter22', other: 'x' } },
      { plain: 'also', note: 'now hunter22', tool: encoded },
    );
    const merged = secret(
      { data: { password: encoded, other: 'eA==' }, type: 'Opaque' },
      { plain: 'also', note: 'now hunter22', tool: encoded },
    );
    const changes = explainChanges({
      live,
      merged,
      desired,
      fieldManager: MANAGER,
    });
    expect(changes.map(({ path, reason }) => `${reason} ${path}`)).toEqual([
      'git .data.other',
      'git .data.password',
      'git .metadata.annotations.note',
      'git .metadata.annotations.plain',
      'git .metadata.annotations.tool',
      'server .type',
    ]);
    const text = JSON.stringify(changes);
    expect(text).not.toMatch(/hunter22|before99|eA==|last-applied/);
    expect(text).not.toContain(encoded);
    expect(text).toContain('also');
    expect(text).toContain('*** (after)');
  });
});
