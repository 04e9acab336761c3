import {
  ClusterClient,
  KubernetesApiError,
} from '@backstage-gitops/kubernetes-apply';
import { KubernetesObject } from '@backstage-gitops/kubernetes-yaml';

/** A Lease of coordination.k8s.io/v1, as far as we look at it. */
export type Lease = KubernetesObject & {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
};

export const LEASE_KIND = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
} as const;

/** All Leases of a home but those by which its nodes report. */
export async function listLeases(
  client: ClusterClient,
  signal?: AbortSignal,
): Promise<Lease[]> {
  const { items } = await client.list<Lease>({
    ...LEASE_KIND,
    // A large cluster has one for each node there.
    fieldSelector: 'metadata.namespace!=kube-node-lease',
    signal,
  });
  return items;
}

/** Whether the API server refused the credential, as opposed to being down. */
export function isForbidden(error: unknown): error is KubernetesApiError {
  return error instanceof KubernetesApiError && error.status === 403;
}

/** A Lease that names no duration is held for as long as Flux's (2.9). */
const DEFAULT_SECONDS = 35;

/**
 * Tells held Leases from those that were left behind, as Kubernetes' own leader
 * election does: by whether they change, on our own monotonic clock. What time
 * the holder believes it to be is never compared with ours, so a holder seen for
 * the first time counts as alive for one duration.
 */
export class LeaseObserver {
  private readonly monotonic: () => number;
  private readonly seen = new Map<string, { record: string; at: number }>();

  constructor(options: { monotonic?: () => number } = {}) {
    this.monotonic = options.monotonic ?? (() => performance.now());
  }

  /** To be called for each Lease that was read; gives whether somebody holds it. */
  isAlive({ metadata, spec }: Lease): boolean {
    const key = `${metadata.namespace}/${metadata.name}`;
    if (!spec?.holderIdentity) {
      this.seen.delete(key);
      return false;
    }
    const record = JSON.stringify([
      metadata.uid,
      spec.holderIdentity,
      spec.renewTime,
      spec.leaseTransitions,
    ]);
    const now = this.monotonic();
    const known = this.seen.get(key);
    if (known?.record !== record) {
      this.seen.set(key, { record, at: now });
      return true;
    }
    const seconds = Number(spec.leaseDurationSeconds ?? DEFAULT_SECONDS);
    return now - known.at < seconds * 1_000;
  }
}
