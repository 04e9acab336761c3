import {
  GitopsAnnotation,
  GitopsObject,
} from '@backstage-gitops/plugin-gitops-common';
import {
  Claim,
  ComponentOwners,
  fullEntityRef,
} from '@backstage-gitops/plugin-gitops-node';

/** What an object and the claims say, which stays as long as its version. */
interface Said {
  owner?: string;
  component?: string;
}

/**
 * Whose objects are: whom the object names, else whom the claims for its
 * namespace agree on, else who owns the Component that it names. For
 * permissions, lists and entities alike. A Component that claims an object by its
 * labels gives its owner nothing.
 */
export class ObjectOwners {
  private readonly claims: ReadonlyMap<string, string | undefined>;
  private readonly components: Pick<ComponentOwners, 'ownerOf'> | undefined;
  private readonly said = new WeakMap<GitopsObject, Said>();

  constructor(
    options: {
      /** `gitops.claims`. Default: none. */
      claims?: readonly Claim[];
      /** Default: a Component has no owner. */
      components?: Pick<ComponentOwners, 'ownerOf'>;
    } = {},
  ) {
    this.claims = ownersByNamespace(options.claims ?? []);
    this.components = options.components;
  }

  /** An entity reference in full and in lower case, as far as it is known. */
  ownerOf(home: string, object: GitopsObject): string | undefined {
    let said = this.said.get(object);
    if (!said) {
      said = this.read(home, object);
      this.said.set(object, said);
    }
    return (
      said.owner ?? (said.component && this.components?.ownerOf(said.component))
    );
  }

  private read(home: string, { metadata }: GitopsObject): Said {
    const { annotations, namespace = 'default' } = metadata;
    const owner =
      fullEntityRef(annotations?.[GitopsAnnotation.owner], 'group') ??
      this.claims.get(`${home}/${namespace}`);
    const component = fullEntityRef(
      annotations?.[GitopsAnnotation.component],
      'component',
    );
    return { owner, component };
  }
}

/**
 * By `home/namespace`. By which of several claims an object came is not known,
 * so only what they agree on holds.
 */
function ownersByNamespace(
  claims: readonly Claim[],
): Map<string, string | undefined> {
  const owners = new Map<string, string | undefined>();
  for (const { home, namespaces, owner } of claims) {
    const ref = fullEntityRef(owner, 'group');
    for (const namespace of namespaces) {
      const key = `${home}/${namespace}`;
      owners.set(
        key,
        owners.has(key) && owners.get(key) !== ref ? undefined : ref,
      );
    }
  }
  return owners;
}
