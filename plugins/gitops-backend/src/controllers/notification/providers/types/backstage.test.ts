import { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { NotificationTarget } from '@backstage-gitops/plugin-gitops-node';
import { backstage } from './backstage';

const notification = (severity: 'info' | 'error') => ({
  home: 'demo',
  alert: { namespace: 'team', name: 'alert', uid: 'uid' },
  event: {
    involvedObject: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      ...{ kind: 'Kustomization', namespace: 'team', name: 'app' },
    },
    ...{ severity, timestamp: '2026-11-23T10:00:00Z' },
    ...{ message: 'health check failed', reason: 'HealthCheckFailed' },
    reportingController: 'kustomize-controller',
  },
});

describe('backstage', () => {
  const sent: NotificationSendOptions[] = [];
  let failure: Error | undefined;
  let owners: string[];
  const type = backstage({
    notifications: {
      send: async options => {
        if (failure) throw failure;
        sent.push(options);
      },
    },
    recipientsOf: async () => owners,
  });
  const send = (severity: 'info' | 'error', channel = '') =>
    type.send(notification(severity), {
      channel,
    } as Partial<NotificationTarget> as NotificationTarget);

  beforeEach(() => {
    sent.length = 0;
    failure = undefined;
    owners = ['group:default/web'];
  });

  it('tells owners, and whoever the channel names, each once', async () => {
    await send('error', 'group:default/ops, group:default/web');
    expect(sent).toEqual([
      {
        recipients: {
          type: 'entity',
          entityRef: ['group:default/web', 'group:default/ops'],
        },
        payload: {
          title: 'Kustomization team/app: health check failed',
          description: 'health check failed',
          link: '/gitops/objects/demo/Kustomization/team/app',
          severity: 'high',
          topic: 'Kustomization',
          scope: 'gitops/demo/Kustomization/team/app',
        },
      },
    ]);
  });

  it('tells what goes well more quietly', async () => {
    await send('info');
    expect(sent[0].payload.severity).toBe('low');
  });

  it('says where nobody is told', async () => {
    owners = [];
    await expect(send('error')).rejects.toMatchObject({
      code: 'NOTIFICATION_REFUSED',
      message: expect.stringContaining('has no owner'),
    });
  });

  it('says where the portal has no notifications, and tries again where they fail', async () => {
    failure = new Error('Request failed with 404 Not Found');
    await expect(send('error')).rejects.toMatchObject({
      code: 'NOTIFICATION_MISCONFIGURED',
    });
    failure = new Error('Request failed with 503');
    await expect(send('error')).rejects.toMatchObject({
      code: 'NOTIFICATION_UNDELIVERED',
    });
  });
});
