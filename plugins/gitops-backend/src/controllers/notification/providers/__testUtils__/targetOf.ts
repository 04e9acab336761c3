import { Provider, providerKind } from '@backstage-gitops/plugin-gitops-common';
import {
  HttpClient,
  NotificationTarget,
} from '@backstage-gitops/plugin-gitops-node';
import { HttpPool } from '../../../../net/HttpPool';
import { NetworkGuard } from '../../../../net/NetworkGuard';
import { ServiceSink } from './ServiceSink';

const guard = new NetworkGuard({ allow: ['127.0.0.1', 'localhost'] });

/** What a Provider and its Secret say. */
export interface TargetSettings {
  type: string;
  address?: string;
  channel?: string;
  username?: string;
  password?: string;
  token?: string;
  headers?: Record<string, string>;
  secret?: Record<string, string>;
  providerUid?: string;
  commitStatus?: string;
  specUsername?: string;
}

/**
 * A target whose connections are real; what is for a host that is not of this machine
 * goes to the sink instead, which is told by `x-for`.
 */
export function targetOf(
  settings: TargetSettings,
  sink: ServiceSink,
): NotificationTarget & { close(): Promise<void> } {
  const pool = new HttpPool({ guard });
  const opened = pool.open();
  const client: HttpClient = {
    dispatcher: opened.dispatcher,
    release: () => opened.release(),
    request: (to, request) => {
      const url = new URL(to);
      if (url.hostname === '127.0.0.1') {
        return opened.request(url, request);
      }
      return opened.request(`${sink.url}${url.pathname}${url.search}`, {
        ...request,
        headers: { ...request.headers, 'x-for': url.origin },
      });
    },
  };
  const { type, channel = '', username = '', password = '' } = settings;
  const { token = '', headers = {}, commitStatus = '' } = settings;
  return {
    ...{ channel, username, password, token, headers, commitStatus },
    ...{ client, guard, connection: {} },
    provider: {
      apiVersion: providerKind.apiVersion,
      kind: providerKind.kind,
      metadata: {
        name: 'p',
        namespace: 'default',
        uid: settings.providerUid ?? '',
      },
      spec: { type, username: settings.specUsername },
    } as Provider,
    address: (settings.address ?? '').replace('http://SINK', sink.url),
    secret: key => settings.secret?.[key],
    cloudToken: async (cloud, scope) => `${cloud} token for ${scope}`,
    signal: AbortSignal.timeout(20_000),
    now: () => Date.parse('2026-11-23T12:00:00Z'),
    close: () => pool.close(),
  };
}
