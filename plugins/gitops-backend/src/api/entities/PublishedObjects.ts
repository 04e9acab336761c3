import {
  FluxLabel,
  GitopsObject,
  stringifyObjectKey,
  objectKeyOf,
} from '@backstage-gitops/plugin-gitops-common';
import { parseLocationRef } from '@backstage/catalog-model';
import {
  Claim,
  claimsFor,
  fileLocationOf,
  HomeNaming,
} from '@backstage-gitops/plugin-gitops-node';
import { CatalogErrorStore } from '../../catalog/CatalogErrorStore';
import { isPublished, PublishConfig } from '../../catalog/readPublishConfig';
import { RegistrationStore } from '../../catalog/RegistrationStore';
import { Home } from '../../homes/Home';
import { ObjectOwners } from '../../owners/ObjectOwners';
import { DigestedEntity, toPublishedEntity } from './toPublishedEntity';

/** What {@link PublishedObjects} is made of. */
export interface PublishedObjectsOptions {
  publish: PublishConfig;
  naming: readonly HomeNaming[];
  claims: readonly Claim[];
  owners: Pick<ObjectOwners, 'ownerOf'>;
  rawHosts: readonly string[];
  registrations: Pick<RegistrationStore, 'objectIds'>;
  errors: Pick<CatalogErrorStore, 'list'>;
  now?: () => number;
}

/**
 * An entity that was handed over is not published again before so long, since
 * its registration is known later than the catalog has taken it.
 */
const HANDED_OVER_MS = 60_000;

/**
 * Says which objects of a home are published: those of the chosen kinds that the
 * catalog has not, or is not to have, from a file.
 */
export class PublishedObjects {
  private readonly options: PublishedObjectsOptions;
  private readonly now: () => number;
  private readonly naming: ReadonlyMap<string, HomeNaming>;
  private readonly made = new WeakMap<
    GitopsObject,
    { owner: string | undefined; entity: DigestedEntity | undefined }
  >();
  /** By entity reference: until when, in ms since the epoch. */
  private readonly handedOver = new Map<string, number>();

  constructor(options: PublishedObjectsOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
    this.naming = new Map(options.naming.map(home => [home.name, home]));
  }

  /** Whether anything of a home is published at all. */
  isPublishing(home: Home): boolean {
    const { homes, kinds } = this.options.publish;
    return kinds.size > 0 && (homes?.has(home.name) ?? true);
  }

  /** By entity reference. */
  async in(home: Home): Promise<Map<string, DigestedEntity>> {
    const { publish, registrations } = this.options;
    const registered = await registrations.objectIds();
    const claimed = await this.claimedNames(home);
    const present = new Map<string, DigestedEntity>();
    for (const object of home.cache.list()) {
      const entity = isPublished(publish, home.name, object.kind)
        ? this.entityOf(home, object)
        : undefined;
      if (!entity) {
        continue;
      }
      if (registered.has(stringifyObjectKey(objectKeyOf(home.name, object)))) {
        this.handedOver.delete(entity.entityRef);
      } else if (!this.isHandedOver(entity, object, claimed)) {
        present.set(entity.entityRef, entity);
      }
    }
    return present;
  }

  private entityOf(
    home: Home,
    object: GitopsObject,
  ): DigestedEntity | undefined {
    const owner = this.options.owners.ownerOf(home.name, object);
    let known = this.made.get(object);
    if (!known || known.owner !== owner) {
      known = {
        owner,
        entity: toPublishedEntity({
          home: this.naming.get(home.name) ?? { name: home.name, bare: false },
          object,
          owner,
        }),
      };
      this.made.set(object, known);
    }
    return known.entity;
  }

  /**
   * Of each entity that the catalog could not take from a file because its name
   * is taken, the namespaces that the claims about the file have in this home.
   */
  private async claimedNames(home: Home): Promise<Map<string, Set<string>>> {
    const claimed = new Map<string, Set<string>>();
    for (const {
      code,
      entityRef,
      location,
    } of await this.options.errors.list()) {
      if (code === 'NameTaken') {
        const namespaces = claimed.get(entityRef) ?? new Set();
        for (const claim of this.claimsAbout(location)) {
          if (claim.home === home.name) {
            claim.namespaces.forEach(namespace => namespaces.add(namespace));
          }
        }
        claimed.set(entityRef, namespaces);
      }
    }
    return claimed;
  }

  private claimsAbout(location: string): Claim[] {
    try {
      const file = fileLocationOf(parseLocationRef(location), this.options);
      return claimsFor(this.options.claims, file);
    } catch {
      // No file, such as the name that a published entity could not have.
      return [];
    }
  }

  /**
   * A published entity makes way for a file that a claim admits, and for no
   * other; what a Kustomization or a release renders belongs to that.
   */
  private isHandedOver(
    { entityRef, entity }: DigestedEntity,
    { metadata }: GitopsObject,
    claimed: ReadonlyMap<string, ReadonlySet<string>>,
  ): boolean {
    const now = this.now();
    const isRendered =
      metadata.labels?.[FluxLabel.kustomizationName] !== undefined ||
      metadata.labels?.[FluxLabel.helmReleaseName] !== undefined;
    if (!isRendered && claimed.get(entityRef)?.has(entity.metadata.namespace)) {
      this.handedOver.set(entityRef, now + HANDED_OVER_MS);
      return true;
    }
    const until = this.handedOver.get(entityRef);
    if (until !== undefined && until <= now) {
      this.handedOver.delete(entityRef);
    }
    return until !== undefined && until > now;
  }
}
