import { NotificationIdentity } from '@backstage-gitops/plugin-gitops-node';
import { GoogleIdentity } from './GoogleIdentity';

/** Logs in to Pub/Sub for Providers (Flux 2.9). */
export class GoogleNotificationIdentity implements NotificationIdentity {
  readonly cloud = 'gcp';

  constructor(private readonly identity: GoogleIdentity) {}

  async token(request: Parameters<NotificationIdentity['token']>[0]) {
    const { scope, credentials, serviceAccount, http, signal, now } = request;
    const key = credentials && { content: Buffer.from(credentials), scope };
    const ask = this.identity.tokens({
      ...{ http, signal, now, serviceAccount },
      ...(key && { key }),
    });
    return ask();
  }
}
