// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

const ENGINE = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'engines.example.test' },
  spec: {
    group: 'example.test',
    names: { kind: 'Engine', plural: 'engines', singular: 'engine' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
      },
    ],
  },
};

describe('health by expressions', () => {
  const init = migratedDatabases();
  let world: World;

  beforeAll(async () => {
    world = await deliveryWorld(
      init('SQLITE_3'),
      Object.fromEntries(
        ['starts', 'fails'].map(name => [
          `${name}/engine.yaml`,
          `apiVersion: example.test/v1\nkind: Engine\nmetadata: {name: ${name}}\n`,
        ]),
      ),
    );
    await world.apply(ENGINE);
    await world.untilKinds('engines.example.test');
  });

  afterAll(async () => {
    await world?.stop();
  });

  const until = (name: string, wanted: (object?: Kustomization) => boolean) =>
    untilKustomization(world, name, wanted);

  const deliver = async (name: string) => {
    await world.apply(
      kustomization(
        {
          prune: false,
          path: `./${name}`,
          wait: true,
          timeout: '1m',
          healthCheckExprs: [
            {
              apiVersion: 'example.test/v1',
              kind: 'Engine',
              current: "status.phase == 'Running'",
              failed: "status.phase == 'Broken'",
            },
          ],
        },
        name,
      ),
    );
    await until(name, object =>
      Boolean(
        object?.status?.conditions?.some(
          ({ type, status }) => type === 'Healthy' && status === 'Unknown',
        ),
      ),
    );
  };

  const setPhase = (name: string, phase: string) =>
    world.client.patch(
      {
        apiVersion: 'example.test/v1',
        kind: 'Engine',
        namespace: 'default',
        name,
      },
      { type: 'merge', body: { status: { phase } }, subresource: 'status' },
    );

  it('waits until an object is as it should be', async () => {
    await deliver('starts');
    await setPhase('starts', 'Running');
    const object = await until(
      'starts',
      found => readyOf(found)?.status === 'True',
    );
    expect(readyOf(object)?.message).toMatch(/^Applied revision: main@sha1:/);
  });

  it('ends the wait at once where it will never be', async () => {
    await deliver('fails');
    await setPhase('fails', 'Broken');
    const object = await until(
      'fails',
      found => readyOf(found)?.reason === 'HealthCheckFailed',
    );
    expect(readyOf(object)?.message).toMatch(
      /failed early due to stalled resources: \[Engine\/default\/fails status: 'Failed'/,
    );
  });

  it.each<[string, Kustomization['spec']['healthCheckExprs']]>([
    [
      'syntax',
      [{ apiVersion: 'example.test/v1', kind: 'Engine', current: 'status.' }],
    ],
    [
      'twice',
      ['a', 'b'].map(name => ({
        apiVersion: 'example.test/v1',
        kind: 'Engine',
        current: `status.phase == '${name}'`,
      })),
    ],
  ])('stalls with expressions that are of no use: %s', async (name, exprs) => {
    await world.apply(
      kustomization(
        { prune: false, path: './starts', healthCheckExprs: exprs },
        name,
      ),
    );
    const object = await until(
      name,
      found => readyOf(found)?.reason === 'InvalidCELExpression',
    );
    expect(readyOf(object)?.message).toMatch(
      /^Reconciliation failed terminally due to configuration error: .*spec.healthCheckExprs/,
    );
    expect(object?.status?.observedGeneration).toBe(1);
  });
});
