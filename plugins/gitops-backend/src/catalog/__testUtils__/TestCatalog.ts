import { gitopsEntityDataParser } from '@backstage-gitops/plugin-catalog-backend-module-gitops';
import { mockServices } from '@backstage/backend-test-utils';
import {
  ANNOTATION_LOCATION,
  Entity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { Config, ConfigReader } from '@backstage/config';
import { NotFoundError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  readClaims,
  readHomeNaming,
  readRawHosts,
} from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import { Home } from '../../homes/Home';
import { Homes } from '../../homes/Homes';
import { CatalogSide, createRegistrar } from '../createRegistrar';

/**
 * Files, and a catalog that has read them as the real one does. What the catalog
 * holds changes with `refresh` alone, so that files can be ahead of it.
 */
export class TestCatalog {
  readonly files = new Map<string, string>();
  readonly config: Config;
  /** Milliseconds since the epoch; the registrars' clock. */
  time = 1_700_000_000_000;
  /** Thrown by the catalog and by the reader of files while set. */
  outage: Error | undefined;
  fileOutage: Error | undefined;
  reads = 0;
  private entities: Entity[] = [];

  constructor(gitops: JsonObject) {
    this.config = new ConfigReader({ gitops });
  }

  /** The catalog reads all files anew. */
  async refresh(): Promise<Entity[]> {
    const { config } = this;
    const parse = gitopsEntityDataParser({
      homes: readHomeNaming(config),
      claims: readClaims(config),
      rawHosts: readRawHosts(config),
    });
    const entities = new Map<string, Entity>();
    for (const [target, text] of this.files) {
      const location = { type: 'url', target };
      for await (const result of parse({ data: Buffer.from(text), location })) {
        if (result.type === 'entity') {
          result.entity.metadata.annotations = {
            ...result.entity.metadata.annotations,
            [ANNOTATION_LOCATION]: `url:${target}`,
          };
          entities.set(stringifyEntityRef(result.entity), result.entity);
        }
      }
    }
    this.entities = [...entities.values()];
    return this.entities;
  }

  /** What a catalog that lost its database answers, until it has read all again. */
  forget(): void {
    this.entities = [];
  }

  registrar(
    database: Knex,
    homes: readonly Home[],
    overrides: { logger?: ReturnType<typeof mockServices.logger.mock> } = {},
  ): CatalogSide {
    const current = () => {
      if (this.outage) {
        throw this.outage;
      }
      return catalogServiceMock({ entities: this.entities });
    };
    return createRegistrar({
      config: this.config,
      database,
      homes: new Homes(homes),
      catalog: {
        streamEntities: (...args) => current().streamEntities(...args),
        getEntitiesByRefs: (...args) => current().getEntitiesByRefs(...args),
      },
      auth: mockServices.auth(),
      reader: {
        readUrl: async url => {
          this.reads++;
          if (this.fileOutage) {
            throw this.fileOutage;
          }
          const text = this.files.get(url);
          if (text === undefined) {
            throw new NotFoundError(`could not read ${url}, 404`);
          }
          return { buffer: async () => Buffer.from(text) };
        },
      },
      scheduler: mockServices.scheduler.mock(),
      logger: overrides.logger ?? mockServices.logger.mock(),
      now: () => this.time,
    });
  }
}
