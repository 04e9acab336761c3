import {
  ClusterClient,
  Impersonation,
} from '@backstage-gitops/kubernetes-apply';
import { ObjectCache } from './ObjectCache';

/** What the portal does in a home. */
export type HomeMode =
  /** Reads objects and shows them; writes nothing. */
  | 'observe'
  /** Reconciles them. */
  | 'reconcile';

/** Whether a home answers, for people and for the doctor. */
export interface HomeState {
  /** False until the first successful list, and while the connection is down. */
  connected: boolean;
  /** The last error, while there is one. */
  error?: string;
  /** Milliseconds since the epoch. */
  since: number;
}

/** What {@link Home} is made of. */
export interface HomeOptions {
  name: string;
  mode: HomeMode;
  client: ClusterClient;
  /** Impersonated for objects that name no ServiceAccount. */
  defaultServiceAccount?: string;
  /** Whether objects without a ServiceAccount may use the portal's credential. */
  allowPortalCredential: boolean;
  now?: () => number;
}

/** A Kubernetes API that holds GitOps objects. */
export class Home {
  readonly name: string;
  readonly mode: HomeMode;
  /** The portal's own credential: GitOps objects, their Secrets, events. */
  readonly client: ClusterClient;
  readonly cache = new ObjectCache();
  /** Field manager of finalizers and status; not Flux's, so that foreign writers are told apart. */
  readonly statusManager = 'backstage-gitops';
  private readonly defaultServiceAccount?: string;
  private readonly allowPortalCredential: boolean;
  private readonly now: () => number;
  private current: HomeState;

  constructor(options: HomeOptions) {
    this.name = options.name;
    this.mode = options.mode;
    this.client = options.client;
    this.defaultServiceAccount = options.defaultServiceAccount;
    this.allowPortalCredential = options.allowPortalCredential;
    this.now = options.now ?? Date.now;
    this.current = { connected: false, since: this.now() };
  }

  get state(): HomeState {
    return this.current;
  }

  markConnected(): void {
    if (!this.current.connected || this.current.error) {
      this.current = { connected: true, since: this.now() };
    }
  }

  markFailed(error: string): void {
    if (this.current.connected || this.current.error !== error) {
      this.current = { connected: false, error, since: this.now() };
    }
  }

  /**
   * Whom a delivery acts as (Flux 2.9: `system:serviceaccount:<ns>:<name>`).
   * `portal` only where the home allows it; undefined means that nobody may.
   */
  deliveryIdentity(options: {
    namespace: string;
    serviceAccountName?: string;
  }): Impersonation | 'portal' | undefined {
    const account = options.serviceAccountName || this.defaultServiceAccount;
    if (account) {
      return {
        user: `system:serviceaccount:${options.namespace}:${account}`,
        groups: [
          'system:serviceaccounts',
          `system:serviceaccounts:${options.namespace}`,
          'system:authenticated',
        ],
      };
    }
    return this.allowPortalCredential ? 'portal' : undefined;
  }
}
