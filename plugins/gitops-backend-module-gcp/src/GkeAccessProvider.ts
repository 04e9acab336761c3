import { InputError } from '@backstage/errors';
import {
  ClusterAccess,
  ClusterAccessProvider,
  ClusterAccessRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { GoogleError, googleErrorOf } from './GoogleError';
import { GoogleIdentity } from './GoogleIdentity';

const CLUSTER =
  /^projects\/[\w.:-]{1,200}\/locations\/[\w-]{1,200}\/clusters\/[\w-]{1,200}$/;
const ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Logs in to clusters of GKE: with the identity of a ServiceAccount, or as the portal
 * where that is allowed (Flux 2.9).
 */
export class GkeAccessProvider implements ClusterAccessProvider {
  readonly provider = 'gcp';

  constructor(private readonly identity: GoogleIdentity) {}

  async access(request: ClusterAccessRequest): Promise<ClusterAccess> {
    const { address, certificateAuthority } = request;
    const { serviceAccount, http, signal, now } = request;
    const ask = this.identity.tokens({ serviceAccount, http, signal, now });
    const { value: token, expiresAt } = await ask();
    const found =
      address && certificateAuthority
        ? { server: address, certificateAuthority }
        : await this.describe(token, request);
    return {
      connection: {
        server: address ?? found.server,
        certificateAuthority:
          certificateAuthority ?? found.certificateAuthority,
      },
      credential: { type: 'token', token },
      expiresAt: new Date(expiresAt),
    };
  }

  private async describe(
    token: string,
    { cluster = '', http, signal }: ClusterAccessRequest,
  ): Promise<{ server: string; certificateAuthority: string }> {
    if (!CLUSTER.test(cluster) || /\/\.+\//.test(cluster)) {
      throw new InputError(
        `invalid GKE cluster ID: '${cluster}'. must match ${CLUSTER.source}`,
      );
    }
    const response = await http.request(
      `${this.identity.addresses.container}/v1/${cluster}`,
      {
        authorization: `Bearer ${token}`,
        redirects: 0,
        maxBytes: ANSWER_BYTES,
        signal,
      },
    );
    if (response.status !== 200) {
      throw await googleErrorOf(response, `the question for ${cluster}`);
    }
    const { endpoint, masterAuth } = parse(await response.text());
    const data = masterAuth?.clusterCaCertificate;
    if (typeof endpoint !== 'string' || typeof data !== 'string') {
      throw new GoogleError(
        `Google told neither address nor CA of GKE cluster '${cluster}'; it may not be ready`,
        0,
      );
    }
    return {
      server: endpoint,
      certificateAuthority: Buffer.from(data, 'base64').toString('utf8'),
    };
  }
}

function parse(text: string): {
  endpoint?: unknown;
  masterAuth?: { clusterCaCertificate?: unknown };
} {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
