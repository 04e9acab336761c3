import type { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { configMap, deployment } from '../__testUtils__/objects';
import { diffObjects } from './diffObjects';

function withContainers(...containers: object[]): KubernetesObject {
  return deployment('web', {
    template: JSON.parse(JSON.stringify({ spec: { containers } })),
  });
}

describe('diffObjects', () => {
  it('matches items by their keys', () => {
    const app = { name: 'app', image: 'app:1' };
    const proxy = { name: 'proxy', image: 'proxy:1' };
    expect(
      diffObjects(
        withContainers(app, proxy),
        withContainers(proxy, { ...app, image: 'app:2' }, { name: 'new' }),
      ),
    ).toEqual([
      {
        path: '.spec.template.spec.containers[name="app"].image',
        change: 'changed',
        before: 'app:1',
        after: 'app:2',
      },
      {
        path: '.spec.template.spec.containers[name="new"].name',
        change: 'added',
        after: 'new',
      },
    ]);
  });

  it('matches other items by position', () => {
    const args = (...values: string[]) =>
      withContainers({ name: 'app', args: values });
    expect(diffObjects(args('a', 'b'), args('a', 'c', 'd'))).toMatchObject([
      { path: '.spec.template.spec.containers[name="app"].args[1]' },
      {
        path: '.spec.template.spec.containers[name="app"].args[2]',
        change: 'added',
      },
    ]);
  });

  it('leaves out what the server sets', () => {
    const before = configMap(
      'a',
      {},
      {
        uid: 'u',
        resourceVersion: '1',
        managedFields: [],
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'example.com/key': 'old',
        },
      },
    );
    const after = configMap(
      'a',
      {},
      { annotations: { 'example.com/key': 'new' } },
    );
    expect(diffObjects({ ...before, status: {} }, after)).toEqual([
      {
        path: '.metadata.annotations["example.com/key"]',
        change: 'changed',
        before: 'old',
        after: 'new',
      },
    ]);
  });

  it('tells new and deleted objects', () => {
    const object = configMap('a', { key: 'v' });
    const paths = diffObjects(undefined, object).map(
      c => `${c.change} ${c.path}`,
    );
    expect(paths).toEqual([
      'added .apiVersion',
      'added .data.key',
      'added .kind',
      'added .metadata.name',
    ]);
    expect(
      diffObjects(object, undefined).every(c => c.change === 'removed'),
    ).toBe(true);
    expect(diffObjects(object, object)).toEqual([]);
    expect(diffObjects(undefined, undefined)).toEqual([]);
  });

  it('never shows values of Secrets', () => {
    const secret = (data: object): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data,
      type: 'Opaque',
    });
    const before = secret({ 'tls.crt': 'c2VjcmV0LTE=', gone: 'c2VjcmV0LTI=' });
    const after = secret({ 'tls.crt': 'c2VjcmV0LTM=', new: 'c2VjcmV0LTQ=' });
    const changes = diffObjects(before, after);
    expect(changes).toEqual([
      { path: '.data.gone', change: 'removed', before: '*** (before)' },
      { path: '.data.new', change: 'added', after: '*** (after)' },
      {
        path: '.data["tls.crt"]',
        change: 'changed',
        before: '*** (before)',
        after: '*** (after)',
      },
    ]);
    expect(JSON.stringify(diffObjects(undefined, after))).not.toContain('c2Vj');
    expect(
      JSON.stringify(diffObjects(secret({}), { ...after, data: 'c2Vj' })),
    ).not.toContain('c2Vj');
  });
});
