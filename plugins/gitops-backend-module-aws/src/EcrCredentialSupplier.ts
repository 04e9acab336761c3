import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr-public';
import {
  RegistryCredentialRequest,
  RegistryCredentialSupplier,
  SuppliedRegistryCredential,
} from '@backstage-gitops/plugin-gitops-node';
import { AwsIdentity } from './AwsIdentity';
import { guardedRequestHandler } from './guardedRequestHandler';

/** Hosts of private registries (the ECR credential helper; Flux 2.9). */
const REGISTRY =
  /^[0-9]+\.dkr[.-]ecr(?:-fips)?\.([^/.]+)\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|on\.aws)$/;
const PUBLIC_REGISTRY = 'public.ecr.aws';
/** The only one that gives out logins to the public registry. */
const PUBLIC_REGION = 'us-east-1';

/** Logs in to the registries of AWS, private and public. */
export class EcrCredentialSupplier implements RegistryCredentialSupplier {
  readonly provider = 'aws';
  private readonly identity: AwsIdentity;
  private readonly address: string | undefined;

  constructor(options: {
    identity: AwsIdentity;
    /** Address of the service instead of the real one; for tests. */
    address?: string;
  }) {
    this.identity = options.identity;
    this.address = options.address;
  }

  async credential(
    request: RegistryCredentialRequest,
  ): Promise<SuppliedRegistryCredential | undefined> {
    const { registry, http, signal } = request;
    const isPublic = registry === PUBLIC_REGISTRY;
    const region = isPublic ? PUBLIC_REGION : REGISTRY.exec(registry)?.[1];
    if (!region) {
      return undefined;
    }
    const options = {
      region,
      endpoint: this.address,
      requestHandler: guardedRequestHandler(http, signal),
      credentials: this.identity.credentials({ ...request, region }),
    };
    const data = isPublic
      ? await askPublic(new ECRPUBLICClient(options))
      : await askPrivate(new ECRClient(options));
    const [username, password, ...rest] = Buffer.from(
      data?.authorizationToken ?? '',
      'base64',
    )
      .toString('utf8')
      .split(':');
    if (!username || !password || rest.length > 0) {
      throw new Error(`AWS gave no login to ${registry}`);
    }
    return {
      credential: { username, password },
      expiresAt: data?.expiresAt?.getTime(),
    };
  }
}

async function askPrivate(client: ECRClient) {
  const { authorizationData } = await client.send(
    new GetAuthorizationTokenCommand({}),
  );
  return authorizationData?.[0];
}

async function askPublic(client: ECRPUBLICClient) {
  const { authorizationData } = await client.send(
    new GetPublicAuthorizationTokenCommand({}),
  );
  return authorizationData;
}
