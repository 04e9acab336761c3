import { NotificationEvent } from '@backstage-gitops/plugin-gitops-node';
import { GithubTokens } from '../../../source/git/access/GithubTokens';
import { notificationTypes } from '../notificationTypes';
import { ServiceSink, SunkRequest } from './ServiceSink';
import { targetOf, TargetSettings } from './targetOf';

/** One event for one Provider. */
export interface SendCase extends TargetSettings {
  name: string;
  event: NotificationEvent;
}

/** What came of it. */
export interface SendResult {
  error?: string;
  requests: SunkRequest[];
}

const types = notificationTypes({
  tokens: new GithubTokens(),
  notifications: undefined,
  recipientsOf: async () => [],
  added: [],
});

/** Sends it to a sink that answers as services do. */
export async function sendCase(given: SendCase): Promise<SendResult> {
  const sink = await ServiceSink.start();
  sink.answer = ({ method, path }) => {
    if (method !== 'GET') {
      return { body: { ok: true, id: 1 } };
    }
    if (/\/user$/.test(path)) {
      return { body: { login: 'bot', username: 'bot', id: 1 } };
    }
    return /\/builds|\/statuses\/build/.test(path)
      ? { status: 404, body: {} }
      : { body: /\/_apis\//.test(path) ? { value: [] } : [] };
  };
  const target = targetOf(given, sink);
  const type = types.get(given.type)!;
  try {
    await type.send(
      {
        event: given.event,
        alert: { namespace: 'default', name: 'alert', uid: 'alert-uid' },
        home: 'demo',
      },
      target,
    );
    return { requests: sink.requests };
  } catch (error) {
    return { error: String(error), requests: sink.requests };
  } finally {
    await target.close();
    await sink.stop();
  }
}
