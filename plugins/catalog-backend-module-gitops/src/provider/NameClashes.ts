import { AuthService } from '@backstage/backend-plugin-api';
import { ANNOTATION_LOCATION } from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { CatalogErrorReporter } from '../errors/CatalogErrorReporter';
import { publishedLocation } from './publishedLocation';

const BATCH = 500;
const FIELDS = ['kind', 'metadata.name', 'metadata.annotations'];

/**
 * Finds names that the catalog has from elsewhere: whoever was first keeps them,
 * and the gitops plugin is told.
 */
export class NameClashes {
  private readonly home: string;
  private readonly catalog: Pick<CatalogService, 'getEntitiesByRefs'>;
  private readonly auth: Pick<AuthService, 'getOwnServiceCredentials'>;
  private readonly reporter: Pick<
    CatalogErrorReporter,
    'nameTaken' | 'nameFree'
  >;
  private readonly validForSeconds: number;
  private known = new Set<string>();

  constructor(options: {
    home: string;
    catalog: Pick<CatalogService, 'getEntitiesByRefs'>;
    auth: Pick<AuthService, 'getOwnServiceCredentials'>;
    reporter: Pick<CatalogErrorReporter, 'nameTaken' | 'nameFree'>;
    /** Longer than it takes until all names are looked at again. */
    validForSeconds: number;
  }) {
    this.home = options.home;
    this.catalog = options.catalog;
    this.auth = options.auth;
    this.reporter = options.reporter;
    this.validForSeconds = options.validForSeconds;
  }

  /**
   * Of these references, those that are taken.
   *
   * @param options - `all`: these are all there are; what else was taken is no more
   * @throws what the catalog does not answer
   */
  async among(
    entityRefs: readonly string[],
    options: { all: boolean },
  ): Promise<ReadonlySet<string>> {
    const location = publishedLocation(this.home);
    const credentials = await this.auth.getOwnServiceCredentials();
    const taken = new Set<string>();
    for (let start = 0; start < entityRefs.length; start += BATCH) {
      const batch = entityRefs.slice(start, start + BATCH);
      const { items } = await this.catalog.getEntitiesByRefs(
        { entityRefs: batch, fields: FIELDS },
        { credentials },
      );
      batch.forEach((entityRef, i) => {
        const from = items[i]?.metadata.annotations?.[ANNOTATION_LOCATION];
        if (items[i] && from !== location) {
          taken.add(entityRef);
          this.reporter.nameTaken({
            entityRef,
            location,
            from: from ?? 'an unknown location',
            validForSeconds: this.validForSeconds,
          });
        }
      });
    }
    const looked = new Set(entityRefs);
    for (const entityRef of this.known) {
      if (!taken.has(entityRef) && (options.all || looked.has(entityRef))) {
        this.reporter.nameFree({ entityRef, location });
        this.known.delete(entityRef);
      }
    }
    taken.forEach(entityRef => this.known.add(entityRef));
    return taken;
  }
}
