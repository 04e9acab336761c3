import { assertError, InputError, NotAllowedError } from '@backstage/errors';
import {
  CloudServiceAccount,
  SecretData,
} from '@backstage-gitops/plugin-gitops-node';
import { gcpMetadata, GoogleAuth } from 'google-auth-library';
import {
  GkeCluster,
  GOOGLE_ADDRESSES,
  GoogleAddresses,
  GoogleRequest,
  GoogleToken,
  tokenOfKey,
  tokenOfServiceAccount,
} from './googleTokens';

/** Of workload identity and of the portal (Flux 2.9). */
const SCOPES = [
  'https://www.googleapis.com/auth/cloud-platform',
  'https://www.googleapis.com/auth/userinfo.email',
];
const READ_STORAGE = 'https://www.googleapis.com/auth/devstorage.read_only';
/** Before a token ends, so that a request that takes a while is not too late. */
const EARLY_MS = 60_000;
/** How long a token of the portal is taken to be good; it is asked for anew then. */
const OWN_MS = 5 * 60_000;

/** Who asks Google, and how. */
export interface GoogleIdentityRequest extends GoogleRequest {
  /** With the JSON key of a service account in `serviceaccount`. */
  secret?: SecretData;
  /** The JSON key of a service account, from elsewhere. */
  key?: { content: Buffer; scope: string };
  serviceAccount?: CloudServiceAccount;
}

/** What {@link GoogleIdentity} is made of. */
export interface GoogleIdentityOptions {
  /** Whether objects may use the portal's own identity. */
  portalIdentity: boolean;
  /** Default: the application default credentials. */
  portalToken?: () => Promise<string>;
  /** Default: as the metadata server tells. */
  gke?: () => Promise<GkeCluster>;
  addresses?: GoogleAddresses;
}

/**
 * Tokens of Google Cloud: for the key in a Secret, for a ServiceAccount of the
 * cluster, or of the portal (Flux 2.9, fluxcd/pkg auth).
 */
export class GoogleIdentity {
  readonly addresses: GoogleAddresses;
  private readonly portalIdentity: boolean;
  private readonly portalToken: () => Promise<string>;
  private readonly gke: () => Promise<GkeCluster>;

  constructor(options: GoogleIdentityOptions) {
    this.portalIdentity = options.portalIdentity;
    this.portalToken = options.portalToken ?? defaultToken();
    this.gke = options.gke ?? readCluster;
    this.addresses = options.addresses ?? GOOGLE_ADDRESSES;
  }

  /** Gives a token each time one is needed; tokens of objects are never shared. */
  tokens(request: GoogleIdentityRequest): () => Promise<GoogleToken> {
    let held: GoogleToken | undefined;
    let asking: Promise<GoogleToken> | undefined;
    return async () => {
      if (held && request.now() < held.expiresAt - EARLY_MS) {
        return held;
      }
      asking ??= this.ask(request).finally(() => {
        asking = undefined;
      });
      held = await asking;
      return held;
    };
  }

  private async ask(request: GoogleIdentityRequest): Promise<GoogleToken> {
    const { key, secret, serviceAccount, now } = request;
    if (key) {
      return tokenOfKey(key.content, key.scope, request);
    }
    if (secret) {
      return keyOf(secret, content =>
        tokenOfKey(content, READ_STORAGE, request),
      );
    }
    if (serviceAccount) {
      const { http, signal } = request;
      return tokenOfServiceAccount(serviceAccount, SCOPES, {
        ...{ http, signal, now },
        addresses: this.addresses,
        gke: this.gke,
      });
    }
    if (!this.portalIdentity) {
      throw new NotAllowedError(
        "neither a Secret nor a ServiceAccount is named, and objects may not use the portal's own identity in Google Cloud; name one, or set gitops.gcp.portalIdentity",
      );
    }
    return { value: await this.portalToken(), expiresAt: now() + OWN_MS };
  }
}

async function keyOf(
  { name, data }: SecretData,
  use: (key: Buffer) => Promise<GoogleToken>,
): Promise<GoogleToken> {
  const short = name.slice(name.indexOf('/') + 1);
  if (!data.serviceaccount) {
    throw new InputError(
      `invalid '${short}' secret data: required fields 'serviceaccount'`,
    );
  }
  try {
    return await use(data.serviceaccount);
  } catch (error) {
    assertError(error);
    throw error instanceof InputError
      ? new InputError(
          `invalid '${short}' secret data: 'serviceaccount' must be the JSON key of a service account, but ${error.message}`,
        )
      : error;
  }
}

function defaultToken(): () => Promise<string> {
  const auth = new GoogleAuth({ scopes: SCOPES });
  return async () => {
    const token = await auth.getAccessToken();
    if (!token) {
      throw new Error('the portal has no identity in Google Cloud');
    }
    return token;
  };
}

async function readCluster(): Promise<GkeCluster> {
  try {
    return {
      projectId: String(await gcpMetadata.project('project-id')),
      location: String(
        await gcpMetadata.instance('attributes/cluster-location'),
      ),
      name: String(await gcpMetadata.instance('attributes/cluster-name')),
    };
  } catch (error) {
    assertError(error);
    throw new Error(
      `the portal does not run in GKE, so the ServiceAccount needs the annotation gcp.auth.fluxcd.io/workload-identity-provider: ${error.message}`,
    );
  }
}
