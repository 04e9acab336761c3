import { InputError } from '@backstage/errors';
import {
  ClusterAccess,
  ClusterAccessProvider,
  ClusterAccessRequest,
} from '@backstage-gitops/plugin-gitops-node';
import { AzureIdentity, AzureTokenSource } from './AzureIdentity';
import { AzureTokenError, quoted } from './azureTokens';
import { ClusterEntry, readKubeconfig } from './readKubeconfig';

const CLUSTER =
  /^\/subscriptions\/[\w-]{36}\/resourceGroups\/[^/?#]{1,200}\/providers\/Microsoft\.ContainerService\/managedClusters\/[\w-]{1,200}$/i;
/** The application that clusters with Microsoft Entra take tokens for. */
const AKS_SCOPE = '6dae42f8-4368-4678-94ff-3960e28e3630/.default';
const MANAGEMENT = 'https://management.azure.com';
const API_VERSION = '2024-02-01';
const ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Logs in to clusters of AKS that know Microsoft Entra: as the application of a
 * ServiceAccount, or as the portal where that is allowed (Flux 2.9).
 */
export class AksAccessProvider implements ClusterAccessProvider {
  readonly provider = 'azure';
  private readonly identity: AzureIdentity;
  private readonly address: string;

  constructor(options: {
    identity: AzureIdentity;
    /** Address of the resource manager instead of the real one; for tests. */
    address?: string;
  }) {
    this.identity = options.identity;
    this.address = options.address ?? MANAGEMENT;
  }

  async access(request: ClusterAccessRequest): Promise<ClusterAccess> {
    const { address, certificateAuthority, serviceAccount } = request;
    const source = serviceAccount
      ? this.identity.ofServiceAccount(serviceAccount, request)
      : this.identity.ofPortal();
    const found =
      address && certificateAuthority
        ? { server: address, certificateAuthority }
        : await this.describe(source, request);
    const { value: token, expiresAt } = await source(AKS_SCOPE);
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

  /** The address and CA that it is reached by, or those of the address that is named. */
  private async describe(
    source: AzureTokenSource,
    request: ClusterAccessRequest,
  ): Promise<ClusterEntry> {
    const { cluster = '', address } = request;
    if (!CLUSTER.test(cluster) || /\/\.+\//.test(cluster)) {
      throw new InputError(
        `invalid AKS cluster ID: '${cluster}'. must match ${CLUSTER.source}`,
      );
    }
    const { value: token } = await source(`${MANAGEMENT}/.default`);
    const { properties } = await this.ask('GET', cluster, token, request);
    if (!isRecord(properties) || !properties.aadProfile) {
      throw new AzureTokenError(
        `AKS cluster ${cluster} does not have Microsoft Entra ID integration enabled; enable it, or use spec.kubeConfig.secretRef`,
      );
    }
    const { kubeconfigs } = await this.ask(
      'POST',
      `${cluster}/listClusterUserCredential`,
      token,
      request,
    );
    const entries = (Array.isArray(kubeconfigs) ? kubeconfigs : []).map(each =>
      readKubeconfig(isRecord(each) ? each.value : undefined),
    );
    const entry = address
      ? entries.find(({ server }) => isSame(server, address))
      : entries[0];
    if (!entry) {
      const known = entries.map(({ server }) => `'${server}'`).join(', ');
      throw new AzureTokenError(
        address
          ? `no kubeconfig found for AKS cluster ${cluster} matching the specified address '${address}'. cluster addresses: [${known}]`
          : `no kubeconfig found for AKS cluster ${cluster}`,
      );
    }
    return entry;
  }

  private async ask(
    method: string,
    path: string,
    token: string,
    { http, signal }: ClusterAccessRequest,
  ): Promise<Record<string, unknown>> {
    const response = await http.request(
      `${this.address}${encodeURI(path)}?api-version=${API_VERSION}`,
      {
        ...{ method, signal },
        authorization: `Bearer ${token}`,
        redirects: 0,
        maxBytes: ANSWER_BYTES,
      },
    );
    const answer = parse(await response.text());
    if (response.status !== 200) {
      const { error } = answer;
      throw new AzureTokenError(
        `${response.url.host} told nothing of the cluster (status ${response.status})${quoted(isRecord(error) ? error.message : undefined)}`,
      );
    }
    return answer;
  }
}

function isSame(one: string, other: string): boolean {
  return (
    URL.canParse(one) &&
    URL.canParse(other) &&
    new URL(one).origin === new URL(other).origin
  );
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
