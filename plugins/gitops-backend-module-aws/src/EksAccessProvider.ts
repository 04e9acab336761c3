import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { InputError } from '@backstage/errors';
import {
  ClusterAccess,
  ClusterAccessProvider,
  ClusterAccessRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { AwsCredentials, AwsIdentity } from './AwsIdentity';
import { eksToken } from './eksToken';
import { guardedRequestHandler } from './guardedRequestHandler';

const CLUSTER =
  /^arn:aws[\w-]*:eks:([a-z0-9-]{1,100}):[0-9]{1,30}:cluster\/([\w-]{1,200})$/;
/** EKS takes a token for so long, whatever it says itself. */
const TOKEN_MS = 15 * 60_000;

interface Cluster {
  region: string;
  name: string;
}

/**
 * Logs in to clusters of EKS: with the role of a ServiceAccount, or as the portal
 * where that is allowed (Flux 2.9).
 */
export class EksAccessProvider implements ClusterAccessProvider {
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

  async access(request: ClusterAccessRequest): Promise<ClusterAccess> {
    const cluster = readCluster(request.cluster);
    const { region } = cluster;
    const askedAt = request.now();
    const credentials = await this.identity.credentials({
      ...request,
      region,
    })();
    const { address, certificateAuthority } = request;
    const found =
      address && certificateAuthority
        ? { server: address, certificateAuthority }
        : await this.describe(cluster, credentials, request);
    const token = await eksToken({
      ...{ ...cluster, credentials },
      now: new Date(askedAt),
    });
    const end = credentials.expiration?.getTime() ?? Infinity;
    return {
      connection: {
        server: address ?? found.server,
        certificateAuthority:
          certificateAuthority ?? found.certificateAuthority,
      },
      credential: { type: 'token', token },
      expiresAt: new Date(Math.min(askedAt + TOKEN_MS, end)),
    };
  }

  private async describe(
    { region, name }: Cluster,
    credentials: AwsCredentials,
    { http, signal }: ClusterAccessRequest,
  ): Promise<{ server: string; certificateAuthority: string }> {
    const client = new EKSClient({
      ...{ region, credentials },
      endpoint: this.address,
      requestHandler: guardedRequestHandler(http, signal),
    });
    try {
      const { cluster } = await client.send(
        new DescribeClusterCommand({ name }),
        { abortSignal: signal },
      );
      const data = cluster?.certificateAuthority?.data;
      if (!cluster?.endpoint || !data) {
        throw new Error(
          `AWS told neither address nor CA of EKS cluster '${name}'; it may not be ready`,
        );
      }
      return {
        server: cluster.endpoint,
        certificateAuthority: Buffer.from(data, 'base64').toString('utf8'),
      };
    } finally {
      client.destroy();
    }
  }
}

function readCluster(cluster: string | undefined): Cluster {
  const [, region, name] = CLUSTER.exec(cluster ?? '') ?? [];
  if (!region) {
    throw new InputError(
      `invalid EKS cluster ARN: '${cluster ?? ''}'. must match ${CLUSTER.source}`,
    );
  }
  return { region, name };
}
