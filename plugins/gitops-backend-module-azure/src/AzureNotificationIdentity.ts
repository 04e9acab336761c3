import { NotificationIdentity } from '@backstage-gitops/plugin-gitops-node';
import { AzureIdentity } from './AzureIdentity';

/** Logs in to Event Hubs and Azure DevOps for Providers (Flux 2.9). */
export class AzureNotificationIdentity implements NotificationIdentity {
  readonly cloud = 'azure';

  constructor(private readonly identity: AzureIdentity) {}

  async token(request: Parameters<NotificationIdentity['token']>[0]) {
    const { scope, serviceAccount } = request;
    const source = serviceAccount
      ? this.identity.ofServiceAccount(serviceAccount, request)
      : this.identity.ofPortal();
    return source(scope);
  }
}
