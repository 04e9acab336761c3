// Servers: the sandbox's Kubernetes API and its Git server (git http-backend).
import { Kustomization } from '@backstage-gitops/plugin-gitops-common';
import { testClusters } from '../../__testUtils__/clusters';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

describe.each(testClusters)(
  'dependencies of Kustomizations on $name',
  cluster => {
    const init = migratedDatabases();
    let world: World;

    beforeAll(async () => {
      world = await deliveryWorld(
        init('SQLITE_3'),
        {
          'a/a.yaml': configMap('a'),
          'b/b.yaml': configMap('b'),
        },
        { world: cluster.start() },
      );
    });

    afterAll(async () => {
      await world?.stop();
    });

    const until = (name: string, wanted: (object?: Kustomization) => boolean) =>
      untilKustomization(world, name, wanted);

    const apply = (
      name: string,
      dependsOn: Kustomization['spec']['dependsOn'],
    ) =>
      world.apply(
        kustomization({ prune: false, path: './a', dependsOn }, name),
      );

    it('wait for what is not there, and go on once it is ready', async () => {
      await apply('second', [{ name: 'first' }]);
      const waiting = await until(
        'second',
        object => readyOf(object)?.reason === 'DependencyNotReady',
      );
      expect(readyOf(waiting)?.message).toMatch(
        /retrying in 30s: dependency 'default\/first' not found$/,
      );
      await apply('first', []);
      await until('second', object => readyOf(object)?.status === 'True');
    });

    it('are ready when their expression says so, whatever else they are', async () => {
      await world.apply(
        kustomization({ prune: false, path: './nowhere' }, 'broken'),
      );
      await until('broken', object => readyOf(object)?.status === 'False');
      await apply('by-expression', [
        {
          name: 'broken',
          readyExpr:
            "dep.status.conditions.exists(c, c.type == 'Ready' && c.reason == 'ArtifactFailed') && self.metadata.name == 'by-expression'",
        },
      ]);
      const object = await until(
        'by-expression',
        found => readyOf(found)?.status === 'True',
      );
      expect(readyOf(object)?.reason).toBe('ReconciliationSucceeded');
    });

    it.each<[string, string, RegExp]>([
      [
        'is false',
        "dep.metadata.name == 'other'",
        /dependency 'default\/ready' is not ready according to readyExpr eval/,
      ],
      [
        'asks for what is not there',
        'dep.spec.none == 1',
        /dependency 'default\/ready' is not ready: .*no such key/,
      ],
    ])(
      'are waited for while their expression %s',
      async (_, readyExpr, message) => {
        await apply('ready', []);
        const name = `waits-${readyExpr.length}`;
        await apply(name, [{ name: 'ready', readyExpr }]);
        const object = await until(
          name,
          found => readyOf(found)?.reason === 'DependencyNotReady',
        );
        expect(readyOf(object)?.message).toMatch(message);
      },
    );

    it.each<[string, string]>([
      ['syntax', 'dep.status ==='],
      ['type', 'dep.metadata.name'],
      ['name', 'other.status == 1'],
    ])('stall with an expression of bad %s', async (what, readyExpr) => {
      await apply('there', []);
      const name = `stalls-${what}`;
      await apply(name, [{ name: 'there', readyExpr }]);
      const object = await until(
        name,
        found => readyOf(found)?.reason === 'InvalidCELExpression',
      );
      expect(readyOf(object)?.message).toMatch(
        /^Reconciliation failed terminally due to configuration error: failed to evaluate dependency there: /,
      );
      expect(object?.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'Stalled', status: 'True' }),
      );
      expect(object?.status?.observedGeneration).toBe(1);
    });

    it('name the cycle that they are', async () => {
      await apply('one', [{ name: 'two' }]);
      await apply('two', [{ name: 'ready' }, { name: 'three' }]);
      await apply('three', [{ name: 'one' }]);
      const object = await until('one', found =>
        Boolean(readyOf(found)?.message.includes('cycle')),
      );
      expect(readyOf(object)?.message).toMatch(
        /the dependencies are a cycle: default\/one → default\/two → default\/three → default\/one; remove one/,
      );
    });
  },
);
