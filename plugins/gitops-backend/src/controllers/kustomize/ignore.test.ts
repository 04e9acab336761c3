import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  conditionOf,
  inventoryOf,
  Scene,
  setting,
} from './__testUtils__/Scene';

jest.setTimeout(240_000);

const deployment = (name: string, replicas: number, image = 'web:1') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, labels: {tier: ${name}}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: web, image: "${image}"}]}
`;

describe.each(testClusters)('what is to be ignored on $name', cluster => {
  const init = migratedDatabases();
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start({
      cluster,
      database: init('SQLITE_3'),
      files: {
        'scaled/objects.yaml': `${deployment('scaled', 1)}---\n${deployment('other', 1)}`,
        'wrong/objects.yaml': deployment('wrong', 1),
        'left/objects.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: {name: left, annotations: ${JSON.stringify(setting('reconcile', 'Disabled'))}}
data: {value: "1"}
`,
      },
      portal: { watchDrift: false },
    });
  });

  afterAll(() => scene?.stop());

  const scale = (name: string, replicas: number) =>
    scene.world.client.patch(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'default',
        name,
      },
      {
        type: 'merge',
        body: { spec: { replicas } },
        fieldManager: 'autoscaler',
      },
    );

  const specOf = async (name: string) =>
    (await scene.read('Deployment', name, 'apps/v1'))?.spec as {
      replicas: number;
      template: { spec: { containers: { image: string }[] } };
    };

  it('are fields by path and target: they stay, all else is corrected', async () => {
    await scene.deliver('scaled', {
      ignore: [
        {
          paths: ['/spec/replicas'],
          target: { kind: 'Deployment', labelSelector: 'tier=scaled' },
        },
      ],
    });
    await scale('scaled', 5);
    await scale('other', 5);
    await scene.reconcile('scaled');
    expect((await specOf('scaled')).replicas).toBe(5);
    expect((await specOf('other')).replicas).toBe(1);

    // Something else of the object changes: the ignored field stays all the same.
    await scene.commit({
      files: {
        'scaled/objects.yaml': `${deployment('scaled', 2, 'web:2')}---\n${deployment('other', 2)}`,
      },
    });
    await scene.delivered('scaled');
    const { replicas, template } = await specOf('scaled');
    expect(template.spec.containers[0].image).toBe('web:2');
    expect(replicas).toBe(5);
    expect((await specOf('other')).replicas).toBe(2);

    // It is ours again once it is not ignored any more.
    await scene.deliver('scaled');
    expect((await specOf('scaled')).replicas).toBe(2);
  });

  it('is told where it is no path', async () => {
    await scene.apply('wrong', { ignore: [{ paths: ['spec.replicas'] }] });
    const failed = await scene.failed('wrong', 'ReconciliationFailed');
    expect(conditionOf(failed, 'Ready')?.[2]).toContain('spec.replicas');
  });

  it('are objects that say so, in Git or in the cluster', async () => {
    const done = await scene.deliver('left');
    expect(await scene.read('ConfigMap', 'left')).toBeUndefined();
    expect(inventoryOf(done)).toEqual(['default_left__ConfigMap']);
    await scene.commit({
      files: {
        'left/objects.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: left}\ndata: {value: "1"}\n',
      },
    });
    await scene.delivered('left');
    await scene.world.client.patch(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'default',
        name: 'left',
      },
      {
        type: 'merge',
        body: {
          metadata: { annotations: setting('reconcile', 'disabled') },
          data: { value: 'by hand' },
        },
      },
    );
    await scene.reconcile('left');
    expect(
      ((await scene.read('ConfigMap', 'left')) as KubernetesObject).data,
    ).toEqual({ value: 'by hand' });
  });
});
