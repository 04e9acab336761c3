import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  Credentials,
  STSClient,
} from '@aws-sdk/client-sts';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { InputError, NotAllowedError } from '@backstage/errors';
import {
  CloudServiceAccount,
  HttpClient,
  S3Credentials,
} from '@backstage-gitops/plugin-gitops-node';
import { guardedRequestHandler } from './guardedRequestHandler';

const AUDIENCE = 'sts.amazonaws.com';
const ROLE = 'eks.amazonaws.com/role-arn';
const ROLE_ARN = /^arn:aws[\w-]*:iam::[0-9]{1,30}:role\/.{1,200}$/;
const STS_ENDPOINT =
  /^https:\/\/(.+\.)?sts(-fips)?(\.[^.]+)?(\.vpce)?\.amazonaws\.com$/;
/** Characters that AWS takes. */
const LONGEST_SESSION = 64;
/** Before credentials end, so that a request that takes a while is not too late. */
const EARLY_MS = 5 * 60_000;

/** Credentials that hold for a while. */
export interface AwsCredentials extends S3Credentials {
  /** Where they end. */
  expiration?: Date;
}

/** Who asks AWS, and how. */
export interface AwsIdentityRequest {
  /** Without, the portal's own identity counts. */
  serviceAccount?: CloudServiceAccount;
  region?: string;
  /** Of the token service; default: that of the region. */
  stsEndpoint?: string;
  http: HttpClient;
  signal: AbortSignal;
  now(): number;
}

/** What {@link AwsIdentity} is made of. */
export interface AwsIdentityOptions {
  /** Whether objects may use the portal's own identity. */
  portalIdentity: boolean;
  /** The portal's own credentials. Default: as the AWS SDK finds them. */
  portalCredentials?: () => Promise<AwsCredentials>;
  /** Address of the token service instead of the real one; for tests. */
  stsAddress?: string;
}

/**
 * Credentials of AWS: those of the role that a ServiceAccount is tied to, by a
 * token of its cluster, or the portal's own (Flux 2.9, fluxcd/pkg auth).
 */
export class AwsIdentity {
  private readonly options: AwsIdentityOptions;
  private readonly portal: () => Promise<AwsCredentials>;

  constructor(options: AwsIdentityOptions) {
    this.options = options;
    this.portal = options.portalCredentials ?? fromNodeProviderChain();
  }

  /** For what the portal keeps itself. */
  portalCredentials(): Promise<AwsCredentials> {
    return this.portal();
  }

  /**
   * Gives credentials each time they are needed, and asks for new ones when they
   * end. They are never shared between objects.
   */
  credentials(request: AwsIdentityRequest): () => Promise<AwsCredentials> {
    const { serviceAccount } = request;
    return serviceAccount
      ? remembered(() => this.assumeRole(serviceAccount, request), request.now)
      : () => this.ownCredentials(request);
  }

  /** Credentials of a role that others may take, renewed as those are. */
  assumed(
    roleArn: string,
    own: () => Promise<AwsCredentials>,
    request: AwsIdentityRequest & { region: string; namespace: string },
  ): () => Promise<AwsCredentials> {
    const { region, namespace, http, signal, now } = request;
    return remembered(async () => {
      const client = new STSClient({
        region,
        endpoint: this.options.stsAddress,
        requestHandler: guardedRequestHandler(http, signal),
        credentials: own,
      });
      const { Credentials: found } = await client.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: `sops@${namespace}`.slice(0, LONGEST_SESSION),
        }),
      );
      return readCredentials(found);
    }, now);
  }

  private async ownCredentials(
    request: AwsIdentityRequest,
  ): Promise<AwsCredentials> {
    if (!this.options.portalIdentity) {
      throw new NotAllowedError(
        "neither a Secret nor a ServiceAccount is named, and objects may not use the portal's own identity in AWS; name one, or set gitops.aws.portalIdentity",
      );
    }
    checkEndpoint(request.stsEndpoint);
    return this.portal();
  }

  private async assumeRole(
    serviceAccount: CloudServiceAccount,
    request: AwsIdentityRequest,
  ): Promise<AwsCredentials> {
    const { region, stsEndpoint, http, signal } = request;
    if (!region) {
      throw new InputError(
        'an AWS region is required for authenticating with a service account. please configure one in the object spec',
      );
    }
    const roleArn = serviceAccount.annotations[ROLE] ?? '';
    if (!ROLE_ARN.test(roleArn)) {
      throw new InputError(
        `invalid ${ROLE} annotation: '${roleArn}'. must match ${ROLE_ARN.source}`,
      );
    }
    checkEndpoint(stsEndpoint);
    const { name, namespace } = serviceAccount;
    const client = new STSClient({
      region,
      endpoint: this.options.stsAddress ?? stsEndpoint,
      requestHandler: guardedRequestHandler(http, signal),
      // The token is the credential.
      credentials: { accessKeyId: '', secretAccessKey: '' },
    });
    const { Credentials: found } = await client.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: `${name}.${namespace}.${region}.fluxcd.io`.slice(
          0,
          LONGEST_SESSION,
        ),
        WebIdentityToken: await serviceAccount.token([AUDIENCE]),
      }),
    );
    return readCredentials(found);
  }
}

function readCredentials(found: Credentials | undefined): AwsCredentials {
  if (!found?.AccessKeyId || !found.SecretAccessKey) {
    throw new Error('the token service of AWS gave no credentials');
  }
  return {
    accessKeyId: found.AccessKeyId,
    secretAccessKey: found.SecretAccessKey,
    sessionToken: found.SessionToken,
    expiration: found.Expiration,
  };
}

/** Asks once for all who need them at the same time, and again before they end. */
function remembered(
  ask: () => Promise<AwsCredentials>,
  now: () => number,
): () => Promise<AwsCredentials> {
  let held: AwsCredentials | undefined;
  let asking: Promise<AwsCredentials> | undefined;
  return async () => {
    const end = held?.expiration?.getTime() ?? Infinity;
    if (held && now() < end - EARLY_MS) {
      return held;
    }
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    held = await asking;
    return held;
  };
}

function checkEndpoint(endpoint: string | undefined): void {
  if (endpoint !== undefined && !STS_ENDPOINT.test(endpoint)) {
    throw new InputError(
      `invalid STS endpoint: '${endpoint}'. must match ${STS_ENDPOINT.source}`,
    );
  }
}
