import { ClusterAccess } from '@backstage-gitops/plugin-gitops-node';
import { clusterAddress } from './clusterAddress';
import { TargetServiceAccount } from './serviceAccount';
import { TargetError } from './TargetError';

/**
 * Access by a token of a ServiceAccount of the home, for clusters that trust the
 * home's tokens (provider `generic` of Flux 2.9). It is meant for the audiences,
 * by default for the address.
 *
 * @throws TargetError
 */
export async function genericAccess(request: {
  address?: string;
  certificateAuthority?: string;
  audiences: readonly string[];
  serviceAccount?: TargetServiceAccount;
}): Promise<ClusterAccess> {
  const { address, serviceAccount, audiences } = request;
  if (!address) {
    throw new TargetError(
      "the provider 'generic' needs the address of the cluster; set the key address of the ConfigMap",
    );
  }
  const server = clusterAddress(address);
  if (!serviceAccount) {
    // Flux would use its own identity, which any tenant could send anywhere.
    throw new TargetError(
      "the provider 'generic' needs a ServiceAccount; set the key serviceAccountName of the ConfigMap",
    );
  }
  const { token, expiresAt } = await serviceAccount.issue(
    audiences.length > 0 ? audiences : [address],
  );
  return {
    connection: {
      server,
      certificateAuthority: request.certificateAuthority,
    },
    credential: { type: 'token', token },
    expiresAt: new Date(expiresAt),
  };
}
