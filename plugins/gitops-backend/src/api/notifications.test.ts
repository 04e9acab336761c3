import {
  GitopsObject,
  NotificationState,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { ApiWorld, NOW } from './__testUtils__/ApiWorld';

const GROUP = 'notification.toolkit.fluxcd.io';
const key = (kind: string, name: string): ObjectKey => ({
  ...{ home: 'local', kind, namespace: 'default', name },
});
const ALERT = key('Alert', 'on-call');
const PROVIDER = key('Provider', 'chat');

let world: ApiWorld;

function put(kind: string, name: string, spec: object): void {
  world.put({
    ...{ apiVersion: `${GROUP}/v1beta3`, kind, spec },
    metadata: { name, namespace: 'default', uid: `${kind}-${name}` },
  } as GitopsObject);
}

function stored(
  id: number,
  state: NotificationState,
  change: { alert?: string; error?: string; attempts?: number } = {},
): void {
  const {
    alert = 'on-call',
    error,
    attempts = state === 'waiting' ? 0 : 1,
  } = change;
  world.notifications.push({
    ...{ id, state, attempts, error },
    ...{ home: 'local', namespace: 'default', provider: 'chat' },
    alert: { namespace: 'default', name: alert, uid: 'alert-uid' },
    objectId: 'local/kustomize.toolkit.fluxcd.io/Kustomization/default/game',
    event: {
      involvedObject: {
        ...{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1' },
        ...{ kind: 'Kustomization', namespace: 'default', name: 'game' },
      },
      ...{ severity: 'error', reason: 'HealthCheckFailed' },
      ...{ message: `message ${id}`, timestamp: '2026-11-22T11:58:00Z' },
      reportingController: 'kustomize-controller',
    },
    createdAt: NOW - 60_000,
    dueAt: NOW + 30_000,
    endedAt: state === 'waiting' ? null : NOW - 30_000,
  });
}

beforeEach(() => {
  world = new ApiWorld({ local: 'reconcile', other: 'observe' });
  // Their Alerts are known.
  world.homes.forEach(home => home.expectKinds([]));
  put('Alert', 'on-call', {
    providerRef: { name: 'chat' },
    eventSources: [{ kind: 'Kustomization', name: '*' }],
  });
  put('Provider', 'chat', { type: 'generic' });
});

describe('GET …/notifications', () => {
  it('lists those of an Alert or a Provider, the newest first', async () => {
    stored(1, 'sent');
    stored(2, 'dead', { error: 'hooks.example answered with 404' });
    stored(3, 'waiting', { attempts: 2, error: 'not now' });
    stored(4, 'sent', { alert: 'other' });
    const client = world.typedClient();
    const ofAlert = await client.listNotifications(ALERT);
    expect(ofAlert.counts).toEqual({ waiting: 1, sent: 1, dead: 1 });
    expect(ofAlert.items.map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect(ofAlert.items[0]).toMatchObject({
      ...{ state: 'waiting', attempts: 2, error: 'not now' },
      nextAttemptAt: new Date(NOW + 30_000).toISOString(),
    });
    expect(ofAlert.items[1]).toEqual({
      ...{ id: '2', state: 'dead', attempts: 1 },
      at: expect.any(String),
      endedAt: expect.any(String),
      alert: { kind: 'Alert', namespace: 'default', name: 'on-call' },
      provider: { kind: 'Provider', namespace: 'default', name: 'chat' },
      object: { kind: 'Kustomization', namespace: 'default', name: 'game' },
      ...{ severity: 'error', reason: 'HealthCheckFailed' },
      ...{ message: 'message 2', error: 'hooks.example answered with 404' },
    });
    const ofProvider = await client.listNotifications(PROVIDER);
    expect(ofProvider.counts).toEqual({ waiting: 1, sent: 2, dead: 1 });
  });

  it('gives pages, and those of one state', async () => {
    [1, 2, 3].forEach(id => stored(id, 'sent'));
    stored(4, 'dead');
    const client = world.typedClient();
    const query = { state: 'sent', limit: 2 } as const;
    const first = await client.listNotifications(ALERT, query);
    expect(first.items.map(({ id }) => id)).toEqual(['3', '2']);
    const { nextCursor: cursor } = first.pageInfo;
    const second = await client.listNotifications(ALERT, { ...query, cursor });
    expect(second.items.map(({ id }) => id)).toEqual(['1']);
    expect(second.pageInfo).toEqual({});
    await expect(
      client.listNotifications(ALERT, { cursor }),
    ).rejects.toMatchObject({ code: 'GITOPS_INVALID_CURSOR' });
  });

  it('is for Alerts and Providers that may be seen', async () => {
    put('Receiver', 'hook', { type: 'generic' });
    const client = world.typedClient();
    await expect(
      client.listNotifications(key('Receiver', 'hook')),
    ).rejects.toThrow(/sends nothing; Alerts and Providers do/);
    world.policy['gitops.object.read'] = { result: AuthorizeResult.DENY };
    await expect(client.listNotifications(ALERT)).rejects.toMatchObject({
      code: 'GITOPS_OBJECT_NOT_FOUND',
    });
  });
});

describe('POST …/notifications/resend', () => {
  it('sends dead ones again, all or some, on record', async () => {
    [1, 2, 3].forEach(id => stored(id, 'dead'));
    stored(4, 'sent');
    const client = world.typedClient();
    expect(
      await client.resendNotifications(ALERT, { ids: ['2', '4'] }),
    ).toEqual({ resent: 1 });
    expect(await client.resendNotifications(PROVIDER)).toEqual({ resent: 2 });
    expect(world.notifications.map(({ state }) => state)).toEqual([
      ...['waiting', 'waiting', 'waiting'],
      'sent',
    ]);
    expect(world.sendingWoken).toBe(2);
    expect(world.audited[0].created).toMatchObject({
      eventId: 'object-change',
    });
  });

  it('refuses what is no id, and who may not have it send', async () => {
    const client = world.typedClient();
    await expect(
      client.resendNotifications(ALERT, { ids: ['x'] }),
    ).rejects.toMatchObject({ code: 'GITOPS_INVALID_REQUEST' });
    world.policy['gitops.object.reconcile'] = { result: AuthorizeResult.DENY };
    await expect(client.resendNotifications(ALERT)).rejects.toMatchObject({
      code: 'GITOPS_NOT_ALLOWED',
    });
  });
});

describe('POST …/notifications/test', () => {
  it('sends one by the Provider of an Alert', async () => {
    const sent: unknown[] = [];
    world.sendNow = async (_, lane, notification) => {
      sent.push([lane, notification.event]);
    };
    const client = world.typedClient();
    expect(await client.sendTestNotification(ALERT)).toEqual({
      provider: { kind: 'Provider', namespace: 'default', name: 'chat' },
    });
    await client.sendTestNotification(PROVIDER);
    expect(sent).toEqual([
      [
        { home: 'local', namespace: 'default', provider: 'chat' },
        expect.objectContaining({
          reason: 'Test',
          message: 'A test of Alert default/on-call, sent from the portal',
        }),
      ],
      [
        { home: 'local', namespace: 'default', provider: 'chat' },
        expect.objectContaining({
          message: 'A test of Provider default/chat, sent from the portal',
        }),
      ],
    ]);
  });

  it('says why it was not sent', async () => {
    world.sendNow = async () => {
      throw new Error('hooks.example answered with 404');
    };
    const client = world.typedClient();
    await expect(client.sendTestNotification(PROVIDER)).rejects.toMatchObject({
      code: 'GITOPS_NOTIFICATION_FAILED',
      message: expect.stringContaining('hooks.example answered with 404'),
    });
  });

  it('sends nothing from a home that is observed', async () => {
    world = new ApiWorld({ local: 'observe' });
    put('Provider', 'chat', { type: 'generic' });
    const client = world.typedClient();
    await expect(client.sendTestNotification(PROVIDER)).rejects.toThrow(
      /the portal sends nothing from the home 'local'/,
    );
  });
});
