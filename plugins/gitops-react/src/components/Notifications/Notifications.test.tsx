import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  NotificationRow,
  NotificationState,
} from '@backstage-gitops/plugin-gitops-common';
import { renderGitops } from '../../__testUtils__/renderGitops';
import { GitopsApiMock } from '../../testUtils';
import { NotificationList } from './NotificationList';

const KEY = {
  ...{ home: 'demo', namespace: 'default', name: 'on-call' },
  kind: 'Alert',
};

const row = (
  id: string,
  state: NotificationState,
  more: Partial<NotificationRow> = {},
): NotificationRow => ({
  ...{ id, state, at: '2026-11-22T12:00:00Z', attempts: 1 },
  alert: { kind: 'Alert', namespace: 'default', name: 'on-call' },
  provider: { kind: 'Provider', namespace: 'default', name: 'chat' },
  object: { kind: 'Kustomization', namespace: 'default', name: `app-${id}` },
  ...{ severity: 'error', reason: 'HealthCheckFailed', message: `text ${id}` },
  ...more,
});

function show(notifications: NotificationRow[], error?: Error) {
  const api = new GitopsApiMock();
  api.notifications = notifications;
  api.error = error;
  return { api, ...renderGitops(<NotificationList objectKey={KEY} />, api) };
}

const rows = async () =>
  within(
    await screen.findByRole('list', { name: 'Notifications' }),
  ).getAllByRole('listitem');

describe('NotificationList', () => {
  it('shows what was sent, what waits, and why something was given up', async () => {
    show([
      row('3', 'waiting', {
        ...{ attempts: 2, error: 'hooks.test answered with 503' },
        nextAttemptAt: '2026-11-22T12:06:00Z',
      }),
      row('2', 'dead', { error: 'hooks.test answered with 404' }),
      row('1', 'sent', { severity: 'info', error: 'an earlier failure' }),
    ]);
    const [waiting, dead, sent] = await rows();
    expect(within(waiting).getByRole('img', { name: 'Waiting' })).toBeVisible();
    expect(waiting).toHaveTextContent('2 attempts');
    expect(waiting).toHaveTextContent('hooks.test answered with 503');
    expect(dead).toHaveTextContent('hooks.test answered with 404');
    expect(within(dead).getByRole('link', { name: /app-2/ })).toHaveAttribute(
      'href',
      expect.stringContaining('Kustomization'),
    );
    expect(sent).not.toHaveTextContent('an earlier failure');
  });

  it('shows those of one state', async () => {
    show([row('2', 'dead'), row('1', 'sent')]);
    expect(await rows()).toHaveLength(2);
    await userEvent.click(screen.getByRole('button', { name: /Given up/ }));
    await screen.findByText('text 2');
    expect(screen.queryByText('text 1')).not.toBeInTheDocument();
  });

  it('sends again what was given up', async () => {
    const { api } = show([row('2', 'dead'), row('1', 'dead')]);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Send 2 again' }),
    );
    expect(api.calls).toContain('resend demo/Alert/default/on-call');
    const [first] = await rows();
    expect(
      await within(first).findByRole('img', { name: 'Waiting' }),
    ).toBeVisible();
  });

  it('sends a test, and says which Provider took it', async () => {
    const { api } = show([]);
    expect(await screen.findByText('Nothing was sent yet')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Send a test' }));
    expect(
      await screen.findByText('Provider chat took the test'),
    ).toBeVisible();
    api.error = new Error('hooks.test answered with 404');
    await userEvent.click(screen.getByRole('button', { name: 'Send a test' }));
    expect(await screen.findByText(/answered with 404/)).toBeVisible();
  });
});
