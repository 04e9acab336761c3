import {
  CloudServiceAccount,
  ConnectionSettings,
  HttpClient,
  NotificationError,
  NotificationIdentity,
} from '@backstage-gitops/plugin-gitops-node';
import {
  CredentialMemory,
  identityOf,
} from '../../../secrets/CredentialMemory';

const CLOUDS: Readonly<Record<NotificationIdentity['cloud'], string>> = {
  azure: 'Azure',
  gcp: 'Google Cloud',
};

/** Who asks for a token, for what, and how. */
export interface CloudTokenRequest {
  cloud: NotificationIdentity['cloud'];
  scope: string;
  /** Content of a key file of the cloud. */
  credentials?: string;
  /** Name of the home that the ServiceAccount is of. */
  home: string;
  serviceAccount: CloudServiceAccount | undefined;
  connection: ConnectionSettings;
  http: HttpClient;
  signal: AbortSignal;
  now(): number;
}

/** Tokens of clouds for Providers, each asked for once as long as it lasts. */
export class CloudTokens {
  private readonly identities: ReadonlyMap<string, NotificationIdentity>;
  private readonly memory = new CredentialMemory<string>();

  constructor(identities: readonly NotificationIdentity[]) {
    this.identities = new Map(identities.map(each => [each.cloud, each]));
  }

  /** @throws NotificationError, or what the cloud says */
  async get(request: CloudTokenRequest): Promise<string> {
    const { cloud, scope, home, credentials, connection } = request;
    const { serviceAccount, http, signal, now } = request;
    const identity = this.identities.get(cloud);
    if (!identity) {
      throw new NotificationError(
        'NOTIFICATION_MISCONFIGURED',
        `the portal cannot log in to ${CLOUDS[cloud]}; add the module ${cloud} of the gitops plugin to the backend, or set what else logs in in the Secret of the Provider`,
      );
    }
    const who = credentials ? [credentials] : identityOf(serviceAccount);
    return this.memory.get([home, cloud, scope, who, connection], now, () =>
      identity.token({
        ...{ scope, credentials, serviceAccount },
        ...{ http, signal, now },
      }),
    );
  }
}
