// Servers: the sandbox's Kubernetes API and its Git server, and over HTTP a forge that
// keeps statuses of commits and calls a webhook at each, as Gitea does.
import {
  Alert,
  alertKind,
  Kustomization,
  Provider,
  providerKind,
  Receiver,
  receiverKind,
} from '@backstage-gitops/plugin-gitops-common';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';
import express from 'express';
import { Knex } from 'knex';
import supertest from 'supertest';
import { migratedDatabases } from '../../__testUtils__/databases';
import {
  deliveryWorld,
  untilKustomization,
} from '../../__testUtils__/deliveries';
import { kustomization, readyOf, World } from '../../__testUtils__/world';
import { Gitops } from '../../createGitops';
import { ServiceSink } from './providers/__testUtils__/ServiceSink';
import { webhookRoute } from './receiver/webhookRoute';

jest.setTimeout(120_000);

const TOKEN = 'token-of-the-forge';
const lane = { home: 'demo', namespace: 'default', provider: 'forge' };
const metadata = { name: 'forge', namespace: 'default' };

describe('statuses of commits', () => {
  const init = migratedDatabases();
  let world: World;
  let database: Knex;
  let portal: Gitops;
  let forge: ServiceSink;
  let statuses: { status: string; context: string; description: string }[];
  let calls: Promise<number>[];
  let onStatus: () => Promise<number>;

  beforeEach(async () => {
    statuses = [];
    calls = [];
    onStatus = async () => 0;
    forge = await ServiceSink.start();
    forge.answer = ({ method, body }) => {
      if (method === 'POST') {
        const { state: status, ...rest } = JSON.parse(body);
        statuses.unshift({ ...rest, status });
        calls.push(onStatus());
      }
      return { body: statuses };
    };
    const opened = init('SQLITE_3');
    world = await deliveryWorld(opened, {
      'app/config.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n',
    });
    database = await opened;
    [portal] = world.running;
    await world.untilKinds(
      ...['alerts', 'providers', 'receivers'].map(
        plural => `${plural}.notification.toolkit.fluxcd.io`,
      ),
    );
    await world.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata },
      data: { token: Buffer.from(TOKEN).toString('base64') },
    } as KubernetesObject);
  });
  afterEach(async () => {
    await world?.stop();
    await forge?.stop();
  });

  const tellForge = async (spec: Partial<Provider['spec']> = {}) => {
    await world.apply<Provider>({
      ...{ apiVersion: providerKind.apiVersion, kind: providerKind.kind },
      metadata,
      spec: {
        ...{ type: 'gitea', address: `${forge.url}/team/app` },
        ...{ secretRef: { name: 'forge' }, ...spec },
      },
    });
    const alert = await world.apply<Alert>({
      ...{ apiVersion: alertKind.apiVersion, kind: alertKind.kind, metadata },
      spec: {
        providerRef: { name: 'forge' },
        eventSources: [{ kind: 'Kustomization', name: '*' }],
      },
    });
    const { cache } = portal.homes.find('demo')!;
    await world.eventually(() =>
      [alertKind, providerKind].every(({ kind }) =>
        cache.get({ kind, namespace: 'default', name: 'forge' }),
      ),
    );
    return alert;
  };

  const callForge = async () => {
    await world.apply<Receiver>({
      ...{ apiVersion: receiverKind.apiVersion, kind: receiverKind.kind },
      metadata,
      spec: {
        ...{ type: 'generic', secretRef: { name: 'forge' } },
        resources: [
          { kind: 'GitRepository', name: 'repo' },
          { kind: 'Kustomization', name: 'app' },
        ],
      },
    });
    const { status } = await world.until<Receiver>(
      {
        ...{ apiVersion: receiverKind.apiVersion, kind: receiverKind.kind },
        ...{ namespace: 'default', name: 'forge' },
      },
      object => Boolean(object?.status?.webhookPath),
    );
    const hook = status!.webhookPath!;
    await world.eventually(() => portal.webhooks.find(hook));
    const app = express().use(webhookRoute(portal));
    onStatus = async () =>
      (await supertest(app).post(hook).send({ state: 'changed' })).status;
  };

  const asked = (object: Kustomization | undefined) =>
    object?.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];

  const untilQuiet = () =>
    world.eventually(
      async () =>
        (await database('gitops_events')).length === 0 &&
        (await portal.notifications.store.count(lane)).waiting === 0,
    );

  it('are set once, though each of them calls the webhook', async () => {
    await callForge();
    await tellForge();
    await world.apply(kustomization());
    // The last call has had its reconcile, and no other came of it.
    await untilKustomization(
      world,
      'app',
      object =>
        statuses[0]?.status === 'success' &&
        readyOf(object)?.status === 'True' &&
        asked(object) !== undefined &&
        object?.status?.lastHandledReconcileAt === asked(object),
    );
    await untilQuiet();
    const answers = await Promise.all(calls);
    expect(new Set(answers)).toEqual(new Set([200]));
    const said = statuses.map(({ status }) => status);
    expect(said).toEqual([...new Set(said)]);
    expect(forge.requests[0]).toMatchObject({
      path: expect.stringMatching(
        /^\/api\/v1\/repos\/team\/app\/commits\/[0-9a-f]{40}\/statuses/,
      ),
      headers: { authorization: `token ${TOKEN}` },
    });
  });

  it.each([
    ['event.nothing.there', /nothing/],
    ["''", /it gives an empty text/],
    ['1 +', /Unexpected|unexpected|syntax/],
    ['1', /string/],
    ["string('x'.matches('('))", /./],
  ])(
    'are not set, and that is said, where the expression is %s',
    async (commitStatusExpr, problem) => {
      const alert = await tellForge({ commitStatusExpr });
      await world.apply(kustomization({ path: './none' }));
      const { store } = portal.notifications;
      await world.eventually(async () => (await store.count(lane)).dead > 0);
      const [{ error }] = await store.list({ ...lane, limit: 1 });
      expect(error).toMatch(
        /^spec\.commitStatusExpr of the Provider failed: .+/,
      );
      expect(error).toMatch(problem);
      expect(forge.requests).toEqual([]);
      await world.eventually(async () =>
        (await world.eventsOf(alert)).some(text =>
          text.startsWith('NotificationDispatchFailed'),
        ),
      );
    },
  );
});
