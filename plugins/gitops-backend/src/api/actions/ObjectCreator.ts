import { KubernetesApiError } from '@backstage-gitops/kubernetes-apply';
import {
  JsonObject,
  KubernetesObject,
} from '@backstage-gitops/kubernetes-yaml';
import {
  CreatedObject,
  CreateObjectRequest,
  FieldManager,
  formatObject,
  GitopsAnnotation,
  gitopsObjectCreatePermission,
  GitopsObject,
  ObjectKey,
} from '@backstage-gitops/plugin-gitops-common';
import { fullEntityRef, Claim } from '@backstage-gitops/plugin-gitops-node';
import { DeliveryError } from '../../catalog/DeliveryError';
import { limitToClaim } from '../../catalog/limitToClaim';
import { HomeObject, readManifest } from '../../catalog/toHomeObject';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import {
  homeErrorOf,
  HomeUnavailableError,
  InvalidRequestError,
  MissingPermissionError,
  NotClaimedError,
  NotSupportedError,
  ObjectExistsError,
  UnknownHomeError,
} from '../errors';
import { GitopsObjectResource } from '../objects/ObjectSummary';

/** Who makes an object, and what they may. */
export interface Creation {
  actor: string;
  /** Set by the authorizing decorator; anything, where it is absent. */
  mayCreate?: (resource: GitopsObjectResource) => boolean;
}

/** What {@link ObjectCreator} is made of. */
export interface ObjectCreatorOptions {
  homes: Homes;
  claims: readonly Claim[];
  /** The catalog entity of an object, where it gets one. */
  entityRefOf: (home: Home, object: GitopsObject) => string | undefined;
}

/**
 * Makes objects that people ask for in the portal or by a template. As with
 * registered manifests a claim must admit them, and they are held to it: that
 * somebody may make objects does not make the portal's credential theirs.
 */
export class ObjectCreator {
  private readonly homes: Homes;
  private readonly claims: readonly Claim[];
  private readonly entityRefOf: ObjectCreatorOptions['entityRefOf'];

  constructor(options: ObjectCreatorOptions) {
    this.homes = options.homes;
    this.claims = options.claims;
    this.entityRefOf = options.entityRefOf;
  }

  async create(
    request: CreateObjectRequest,
    by: Creation,
  ): Promise<CreatedObject> {
    const home = this.homeOf(request.home);
    const { object, warnings } = readObject(request);
    const { kind, metadata } = object;
    const { namespace = 'default', name } = metadata;
    const key: ObjectKey = { home: home.name, kind, namespace, name };
    const claim = this.claimFor(key, object, by);
    const held = limitToClaim(object, claim);
    const made = await apply(home, key, claim, {
      object: {
        ...held,
        metadata: {
          ...held.metadata,
          annotations: {
            ...held.metadata.annotations,
            [GitopsAnnotation.actor]: by.actor,
          },
        },
      },
      dryRun: request.dryRun,
    });
    const entityRef = this.entityRefOf(home, made);
    return {
      key,
      manifest: withoutServerFields(made),
      ...(entityRef && { entityRef }),
      warnings,
      dryRun: request.dryRun ?? false,
    };
  }

  private homeOf(name: string): Home {
    const home = this.homes.find(name);
    if (!home) {
      throw new UnknownHomeError(name);
    }
    if (home.mode !== 'reconcile') {
      throw new NotSupportedError(
        `the portal makes nothing in the home '${name}', which is in mode ${home.mode}`,
      );
    }
    if (!home.state.connected) {
      throw new HomeUnavailableError(name, home.state.error);
    }
    return home;
  }

  /** The first claim for the namespace that the caller may use and the object keeps to. */
  private claimFor(key: ObjectKey, object: GitopsObject, by: Creation): Claim {
    const claims = this.claims.filter(
      ({ home, namespaces }) =>
        home === key.home && namespaces.includes(key.namespace),
    );
    const allowed = claims.filter(
      claim =>
        !by.mayCreate || by.mayCreate(resourceOf(key, object, claim.owner)),
    );
    const isForbidden =
      claims.length === 0
        ? by.mayCreate && !by.mayCreate(resourceOf(key, object))
        : allowed.length === 0;
    if (isForbidden) {
      throw new MissingPermissionError(
        gitopsObjectCreatePermission.name,
        `make ${formatObject(key)} in home '${key.home}'`,
      );
    }
    let refusal: DeliveryError | undefined;
    for (const claim of allowed) {
      try {
        limitToClaim(object, claim);
        return claim;
      } catch (error) {
        if (!(error instanceof DeliveryError)) {
          throw error;
        }
        refusal ??= error;
      }
    }
    throw new NotClaimedError(
      refusal?.message ??
        `no claim in app-config (gitops.claims) is for namespace '${key.namespace}' of home '${key.home}'; ask an administrator of the portal for one`,
    );
  }
}

function readObject({ manifest }: CreateObjectRequest): HomeObject {
  try {
    // It came as JSON.
    return readManifest(manifest as unknown as JsonObject, 'home');
  } catch (error) {
    if (error instanceof DeliveryError) {
      throw new InvalidRequestError(error.message);
    }
    throw error;
  }
}

async function apply(
  home: Home,
  key: ObjectKey,
  claim: Claim,
  options: { object: GitopsObject; dryRun?: boolean },
): Promise<GitopsObject> {
  const identity = home.deliveryIdentity({
    namespace: key.namespace,
    serviceAccountName: claim.serviceAccount,
  });
  if (!identity) {
    throw new NotSupportedError(
      `the claim for namespace '${key.namespace}' names no ServiceAccount, and the home '${home.name}' does not let the portal's own credential deliver; an administrator sets serviceAccount in the claim`,
    );
  }
  const client = identity === 'portal' ? home.client : home.client.as(identity);
  try {
    return await client.create<GitopsObject>(
      options.object as unknown as KubernetesObject,
      { fieldManager: FieldManager.portal, dryRun: options.dryRun },
    );
  } catch (error) {
    if (
      error instanceof KubernetesApiError &&
      error.reason === 'AlreadyExists'
    ) {
      throw new ObjectExistsError(key);
    }
    throw homeErrorOf(key, error);
  }
}

function resourceOf(
  key: ObjectKey,
  { apiVersion }: GitopsObject,
  owner?: string,
): GitopsObjectResource {
  return {
    key,
    apiVersion,
    ...(owner && { ownerRef: fullEntityRef(owner, 'group') }),
  };
}

function withoutServerFields(made: GitopsObject): CreatedObject['manifest'] {
  const { apiVersion, kind, metadata, spec } = made;
  const { name, namespace, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
    spec,
  };
}
