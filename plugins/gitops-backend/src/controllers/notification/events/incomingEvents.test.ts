import { createHmac } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import { Alert, alertKind } from '@backstage-gitops/plugin-gitops-common';
import express from 'express';
import { Knex } from 'knex';
import request from 'supertest';
import {
  migratedDatabases,
  testDatabaseIds,
} from '../../../__testUtils__/databases';
import { HistoryStore } from '../../../engine/report/HistoryStore';
import { Home, HomeMode } from '../../../homes/Home';
import { Homes } from '../../../homes/Homes';
import { UnavailableCluster } from '../../../homes/UnavailableCluster';
import { WebhookCalls } from '../receiver/WebhookCalls';
import { EventOutbox } from './EventOutbox';
import { eventsRoute } from './eventsRoute';
import { IncomingEvents } from './IncomingEvents';

const TOKEN = 'key-of-the-home';
const OBJECT_ID = 'demo/kustomize.toolkit.fluxcd.io/Kustomization/team/podinfo';

describe.each(testDatabaseIds)('events of Flux, with %s', id => {
  const init = migratedDatabases();
  let database: Knex;
  let history: HistoryStore;
  let home: Home;
  let events: IncomingEvents;

  beforeEach(async () => {
    database = await init(id);
    const client = new UnavailableCluster(new Error('not asked'));
    const made = (name: string, mode: HomeMode) =>
      new Home({ name, mode, client, allowPortalCredential: false });
    home = made('demo', 'observe');
    history = new HistoryStore({ database });
    events = new IncomingEvents({
      homes: new Homes([
        home,
        made('other', 'observe'),
        made('own', 'reconcile'),
      ]),
      tokens: new Map([
        ['demo', TOKEN],
        ['own', TOKEN],
      ]),
      calls: new WebhookCalls({ database }),
      history,
      outbox: new EventOutbox({
        database,
        isWanted: () => home.cache.list(alertKind.kind).length > 0,
      }),
      logger: mockServices.logger.mock(),
    });
  });

  // As notification-controller 1.8 posts it, byte for byte.
  const event = (change: object = {}) =>
    JSON.stringify({
      involvedObject: {
        kind: 'Kustomization',
        namespace: 'team',
        name: 'podinfo',
        uid: '1f6cfbd6-26b6-4b4b-8d3c-6a1d8a3ba1c5',
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        resourceVersion: '42',
      },
      severity: 'error',
      timestamp: '2026-11-23T10:11:12Z',
      message: 'health check failed',
      reason: 'HealthCheckFailed',
      metadata: { revision: 'main@sha1:abc', summary: 'a cluster' },
      reportingController: 'kustomize-controller',
      reportingInstance: 'kustomize-controller-5d9d8c6b5-abcde',
      ...change,
    });

  const post = (body: string, options: { to?: string; key?: string } = {}) => {
    const { to = 'demo', key = TOKEN } = options;
    return request(express().use(eventsRoute({ events })))
      .post(`/events/${to}`)
      .set('Content-Type', 'application/json')
      .set(
        'X-Signature',
        `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
      )
      .send(body);
  };

  const kept = () => history.list({ objectId: OBJECT_ID, limit: 10 });

  it('are kept as the history of their object, once', async () => {
    expect((await post(event())).status).toBe(202);
    expect((await post(event())).status).toBe(202);
    expect(await kept()).toEqual([
      expect.objectContaining({
        at: Date.parse('2026-11-23T10:11:12Z'),
        type: 'Warning',
        reason: 'HealthCheckFailed',
        message: 'health check failed',
        revision: 'main@sha1:abc',
      }),
    ]);
    await post(event({ timestamp: '2026-11-23T10:16:12Z' }));
    expect(await kept()).toHaveLength(2);
    expect(await database('gitops_events')).toEqual([]);
  });

  it('are for Alerts of the portal, too, with the prefixes that these look for', async () => {
    home.cache.set(
      {
        ...{ apiVersion: alertKind.apiVersion, kind: alertKind.kind },
        metadata: { name: 'all', namespace: 'team' },
        spec: { providerRef: { name: 'p' }, eventSources: [] },
      } as Alert,
      [],
    );
    await post(event());
    const [row] = await database('gitops_events');
    expect(JSON.parse(row.event).metadata).toEqual({
      'kustomize.toolkit.fluxcd.io/revision': 'main@sha1:abc',
      'kustomize.toolkit.fluxcd.io/summary': 'a cluster',
    });
  });

  it.each<[string, () => request.Test, number, string]>([
    [
      'another key signed',
      () => post(event(), { key: 'another' }),
      401,
      'EVENT_BAD_SIGNATURE',
    ],
    [
      'nobody signed',
      () =>
        request(express().use(eventsRoute({ events })))
          .post('/events/demo')
          .send(event()),
      401,
      'EVENT_BAD_SIGNATURE',
    ],
    [
      'are of a home that takes none',
      () => post(event(), { to: 'other' }),
      404,
      'EVENTS_NOT_TAKEN',
    ],
    [
      'are of no home',
      () => post(event(), { to: 'constructor' }),
      404,
      'EVENTS_NOT_TAKEN',
    ],
    ['are no JSON', () => post('{'), 400, 'EVENT_BAD_PAYLOAD'],
    [
      'have no object',
      () => post(event({ involvedObject: {} })),
      400,
      'EVENT_BAD_PAYLOAD',
    ],
    [
      'have no time',
      () => post(event({ timestamp: 'soon' })),
      400,
      'EVENT_BAD_PAYLOAD',
    ],
    [
      'are too large',
      () => post(event({ message: 'x'.repeat(3 * 1024 * 1024) })),
      413,
      'EVENT_BAD_PAYLOAD',
    ],
  ])('are refused where they %s', async (...[, send, status, code]) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect(response.body.code).toBe(code);
    expect(await kept()).toEqual([]);
  });

  it('are not kept where the portal reconciles: they are its own word', async () => {
    const { status, body } = await post(event(), { to: 'own' });
    expect(status).toBe(202);
    expect(body.message).toContain('the portal reconciles this kind itself');
    expect(await database('gitops_history')).toEqual([]);
    expect(await database('gitops_events')).toEqual([]);
  });

  it('of other kinds, and traces, are taken and not kept', async () => {
    const other = { apiVersion: 'apps/v1', kind: 'Deployment' };
    const { involvedObject } = JSON.parse(event());
    const foreign = { involvedObject: { ...involvedObject, ...other } };
    expect((await post(event(foreign))).status).toBe(202);
    expect((await post(event({ severity: 'trace' }))).status).toBe(202);
    expect(await database('gitops_history')).toEqual([]);
  });
});
