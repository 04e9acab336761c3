// Servers: the sandbox's Kubernetes API and its Git server.
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import {
  GitRepository,
  Kustomization,
} from '@backstage-gitops/plugin-gitops-common';
import { RecordedRequest } from '@backstage-gitops/sandbox';
import { testClusters } from '../../__testUtils__/clusters';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import {
  kustomization,
  PORTAL_AGENT,
  readyOf,
  World,
} from '../../__testUtils__/world';

jest.setTimeout(120_000);

const configMap = (value: string, name = 'cm') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: default}\ndata: {value: "${value}"}\n`;
const secret = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: last, namespace: default}\nstringData: {value: "${value}"}\n`;
const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'default',
  name: 'cm',
};

/** What came by a request that a test holds up. */
interface HeldUp {
  /** Resolves once it is there. */
  arrived: Promise<void>;
}

const STORES = testClusters.flatMap(cluster =>
  testDatabaseIds.map(id => ({ cluster, id, name: cluster.name })),
);

describe.each(STORES)(
  'an attempt that is overtaken, on $id and $name',
  ({ cluster, id }) => {
    const init = migratedDatabases();
    let world: World;

    afterEach(async () => {
      await world?.stop();
    });

    const start = async (files: Record<string, string>) => {
      world = await deliveryWorld(init(id), files, { world: cluster.start() });
    };
    const hangOnce = (
      match: (request: RecordedRequest) => boolean,
    ): HeldUp => ({
      arrived: new Promise(resolve => {
        world.sandbox.kubernetes.faults.inject({
          hang: true,
          times: 1,
          match: request => {
            const meets = request.userAgent === PORTAL_AGENT && match(request);
            if (meets) {
              resolve();
            }
            return meets;
          },
        });
      }),
    });
    const push = async (
      files: Record<string, string>,
      remove: string[] = [],
    ): Promise<string> => {
      const sha = await world.sandbox.git.commit('team/app', { files, remove });
      const ref = {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        namespace: 'default',
        name: 'repo',
      };
      await world.client.patch(ref, {
        type: 'merge',
        body: {
          metadata: {
            annotations: { 'reconcile.fluxcd.io/requestedAt': String(sha) },
          },
        },
      });
      const source = await world.until<GitRepository>(
        ref,
        object =>
          object?.status?.artifact?.revision.includes(String(sha)) ?? false,
      );
      return source.status!.artifact!.revision;
    };
    const delivered = (revision: string) =>
      untilKustomization(
        world,
        'app',
        object =>
          readyOf(object)?.status === 'True' &&
          object?.status?.lastAppliedRevision === revision,
      );
    const valueOf = async () =>
      (await world.client.get<KubernetesObject>(CONFIG_MAP))?.data;
    const isDryRun = ({ method, query, resource }: RecordedRequest) =>
      method === 'PATCH' && query.dryRun === 'All' && resource === 'configmaps';

    (cluster.isSandbox ? describe : describe.skip)(
      'with requests that are held up',
      () => {
        it('ends at once in the middle of its dry runs', async () => {
          await start({ 'app/cm.yaml': configMap('1') });
          await world.apply(kustomization());
          await untilKustomization(
            world,
            'app',
            object => readyOf(object)?.status === 'True',
          );
          const held = hangOnce(isDryRun);
          const old = await push({ 'app/cm.yaml': configMap('2') });
          await held.arrived;
          const object = await delivered(
            await push({ 'app/cm.yaml': configMap('3') }),
          );
          expect(await valueOf()).toEqual({ value: '3' });
          expect(await world.eventsOf(object)).toContain(
            `Progressing: Reconciliation of revision ${old} canceled: New reconciliation triggered by GitRepository/default/repo`,
          );
        });

        it('ends when its spec changes', async () => {
          await start({
            'app/cm.yaml': configMap('1'),
            'other/cm.yaml': configMap('of another path'),
          });
          await world.apply(kustomization());
          await untilKustomization(
            world,
            'app',
            object => readyOf(object)?.status === 'True',
          );
          const held = hangOnce(isDryRun);
          await push({ 'app/cm.yaml': configMap('2') });
          await held.arrived;
          await world.apply(kustomization({ path: './other' }));
          const object = await untilKustomization(
            world,
            'app',
            now =>
              readyOf(now)?.status === 'True' &&
              now?.status?.observedGeneration === now?.metadata.generation,
          );
          expect(await valueOf()).toEqual({ value: 'of another path' });
          expect(await world.eventsOf(object)).toContainEqual(
            expect.stringContaining(
              'canceled: New reconciliation triggered by Kustomization/default/app',
            ),
          );
        });

        it('knows between two stages what it has created, and the next one prunes it', async () => {
          await start({ 'app/cm.yaml': configMap('1') });
          await world.apply(kustomization());
          await untilKustomization(
            world,
            'app',
            object => readyOf(object)?.status === 'True',
          );
          // The namespace is a stage of its own, and is there when this is read.
          const held = hangOnce(
            ({ resource, namespace }) =>
              resource === 'configmaps' && namespace === 'extra',
          );
          await push({
            'app/ns.yaml':
              'apiVersion: v1\nkind: Namespace\nmetadata: {name: extra}\n',
            'app/in.yaml':
              'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: in, namespace: extra}\n',
          });
          await held.arrived;
          const namespace = {
            apiVersion: 'v1',
            kind: 'Namespace',
            name: 'extra',
          };
          expect(await world.client.get(namespace)).toBeDefined();
          const object = await delivered(
            await push({ 'app/cm.yaml': configMap('2') }, [
              'app/ns.yaml',
              'app/in.yaml',
            ]),
          );
          await world.until(namespace, found => found === undefined);
          expect(
            object.status?.inventory?.entries.map(({ id: entry }) => entry),
          ).toEqual(['default_cm__ConfigMap']);
          const events = await world.eventsOf(object);
          expect(events).toContainEqual(
            expect.stringContaining('Namespace/extra created'),
          );
          expect(events).toContainEqual(
            expect.stringContaining('Namespace/extra deleted'),
          );
        });

        it('writes a stage to its end', async () => {
          await start({
            'app/cm.yaml': configMap('1'),
            'app/s.yaml': secret('1'),
          });
          await world.apply(kustomization());
          await untilKustomization(
            world,
            'app',
            object => readyOf(object)?.status === 'True',
          );
          let arrive = () => {};
          const arrived = new Promise<void>(resolve => {
            arrive = resolve;
          });
          const isWrite = ({ method, query }: RecordedRequest) =>
            method === 'PATCH' && query.dryRun === undefined;
          world.sandbox.kubernetes.faults.inject({
            latencyMs: 4_000,
            times: 1,
            match: request => {
              const meets =
                request.userAgent === PORTAL_AGENT &&
                isWrite(request) &&
                request.resource === 'configmaps';
              if (meets) {
                arrive();
              }
              return meets;
            },
          });
          await push({
            'app/cm.yaml': configMap('2'),
            'app/s.yaml': secret('2'),
          });
          await arrived;
          world.sandbox.kubernetes.requests.clear();
          await delivered(await push({ 'app/cm.yaml': configMap('3') }));
          expect(await valueOf()).toEqual({ value: '3' });
          // That of the second revision: the third did not change it.
          expect(
            world.sandbox.kubernetes.requests.list(
              request => isWrite(request) && request.resource === 'secrets',
            ),
          ).toHaveLength(1);
        });
      },
    );

    it('ends while it waits for health', async () => {
      await start({ 'app/cm.yaml': configMap('1') });
      const healthChecks = [{ kind: 'Deployment', name: 'missing' }];
      await world.apply(kustomization({ healthChecks, timeout: '1h' }));
      await untilKustomization(
        world,
        'app',
        object =>
          object?.status?.conditions?.some(
            ({ type, status }) => type === 'Healthy' && status === 'Unknown',
          ) ?? false,
      );
      const revision = await push({ 'app/cm.yaml': configMap('2') });
      const object: Kustomization = await untilKustomization(
        world,
        'app',
        now =>
          now?.status?.conditions?.some(
            ({ type, message }) =>
              type === 'Healthy' && message.includes(revision),
          ) ?? false,
      );
      expect(await valueOf()).toEqual({ value: '2' });
      expect(object.status?.lastAttemptedRevision).toBe(revision);
    });
  },
);
