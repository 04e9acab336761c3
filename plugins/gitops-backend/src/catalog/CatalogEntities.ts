import { AuthService } from '@backstage/backend-plugin-api';
import { CATALOG_FILTER_EXISTS } from '@backstage/catalog-client';
import {
  ANNOTATION_LOCATION,
  Entity,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import {
  HomeNaming,
  ManifestAnnotation,
  ManifestFinding,
  objectNameOf,
} from '@backstage-gitops/plugin-gitops-node';
import {
  isGitopsGroup,
  splitApiVersion,
} from '@backstage-gitops/plugin-gitops-common';
import { RegisteredManifest } from './Registration';

const FIELDS = ['apiVersion', 'kind', 'metadata', 'spec.owner', 'relations'];
const PAGE = 500;

/** The registered manifests that the catalog has; asks as the plugin itself. */
export class CatalogEntities {
  private readonly catalog: Pick<
    CatalogService,
    'streamEntities' | 'getEntitiesByRefs'
  >;
  private readonly auth: Pick<AuthService, 'getOwnServiceCredentials'>;
  private readonly homes: readonly HomeNaming[];

  constructor(options: {
    catalog: Pick<CatalogService, 'streamEntities' | 'getEntitiesByRefs'>;
    auth: Pick<AuthService, 'getOwnServiceCredentials'>;
    homes: readonly HomeNaming[];
  }) {
    this.catalog = options.catalog;
    this.auth = options.auth;
    this.homes = options.homes;
  }

  /** All of them, or an error: never a part. */
  async list(): Promise<RegisteredManifest[]> {
    const credentials = await this.auth.getOwnServiceCredentials();
    const found = new Map<string, RegisteredManifest>();
    for await (const page of this.catalog.streamEntities(
      {
        filter: {
          [`metadata.annotations.${ManifestAnnotation.digest}`]:
            CATALOG_FILTER_EXISTS,
        },
        fields: FIELDS,
        pageSize: PAGE,
      },
      { credentials },
    )) {
      for (const entity of page) {
        const manifest = this.manifestOf(entity);
        if (manifest) {
          found.set(manifest.entityRef, manifest);
        }
      }
    }
    return [...found.values()];
  }

  /** Of these, those that the catalog has not, asked one by one. */
  async absent(entityRefs: readonly string[]): Promise<string[]> {
    if (entityRefs.length === 0) {
      return [];
    }
    const credentials = await this.auth.getOwnServiceCredentials();
    const { items } = await this.catalog.getEntitiesByRefs(
      { entityRefs: [...entityRefs], fields: FIELDS },
      { credentials },
    );
    if (items.length !== entityRefs.length) {
      throw new Error(
        `the catalog answered ${items.length} of ${entityRefs.length} questions`,
      );
    }
    return entityRefs.filter((_, i) => {
      const entity = items[i];
      return !entity || !this.manifestOf(entity);
    });
  }

  private manifestOf(entity: Entity): RegisteredManifest | undefined {
    const annotations = entity.metadata.annotations ?? {};
    const digest = annotations[ManifestAnnotation.digest];
    const location = annotations[ANNOTATION_LOCATION];
    if (
      !digest ||
      !location ||
      !isGitopsGroup(splitApiVersion(entity.apiVersion).group)
    ) {
      // Somebody else's kind of the same name, or published from a home.
      return undefined;
    }
    const homeName = annotations[ManifestAnnotation.home];
    const home = this.homes.find(({ name }) => name === homeName);
    const owner = ownerOf(entity);
    return {
      entityRef: stringifyEntityRef(entity),
      location,
      document: annotations[ManifestAnnotation.document] ?? '0',
      digest,
      findings: findingsOf(annotations[ManifestAnnotation.findings]),
      home: homeName,
      kind: entity.kind,
      namespace: entity.metadata.namespace ?? 'default',
      name: objectNameOf(home, entity.metadata.name),
      ...(owner && { owner }),
    };
  }
}

/** Named by the manifest or its claim, else that of its Component. */
function ownerOf({ spec, relations }: Entity): string | undefined {
  return typeof spec?.owner === 'string'
    ? spec.owner
    : relations?.find(({ type }) => type === RELATION_OWNED_BY)?.targetRef;
}

function findingsOf(text: string | undefined): ManifestFinding[] {
  if (!text) {
    return [];
  }
  try {
    const findings = JSON.parse(text);
    return Array.isArray(findings) ? findings : [];
  } catch {
    return [];
  }
}
