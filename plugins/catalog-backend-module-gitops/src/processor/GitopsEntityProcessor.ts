import {
  kindOf,
  kindOfGroup,
  splitApiVersion,
  UnknownKindError,
} from '@backstage-gitops/plugin-gitops-common';
import { isJsonObject } from '@backstage-gitops/kubernetes-yaml';
import {
  CompoundEntityRef,
  Entity,
  getCompoundEntityRef,
  parseEntityRef,
  RELATION_DEPENDENCY_OF,
  RELATION_DEPENDS_ON,
  RELATION_HAS_PART,
  RELATION_OWNED_BY,
  RELATION_OWNER_OF,
  RELATION_PART_OF,
} from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import {
  CatalogProcessor,
  CatalogProcessorEmit,
  processingResult,
} from '@backstage/plugin-catalog-node';
import { LocationSpec } from '@backstage/plugin-catalog-common';
import {
  ComponentOwners,
  fullEntityRef,
  LONGEST_ENTITY_NAME,
  ManifestAnnotation,
} from '@backstage-gitops/plugin-gitops-node';
import { keepSlim } from '../entity/keepSlim';
import { isGitopsEntity } from '../entity/isGitopsEntity';
import { slimEntityOf } from '../entity/slimEntity';

/** Before the placeholders of the catalog, which have the default of 20. */
const PRIORITY = 10;

/**
 * Is told of every entity that the catalog processes.
 *
 * @public
 */
export interface ProcessingObserver {
  /** Before the first processor. */
  begins(entity: Entity): void;
  /** No processor threw so far. */
  passed(entity: Entity): void;
  /**
   * What makes the catalog take anew what the entity brings in, if it should: a
   * refresh key that it did not have before.
   */
  retryKey(entity: Entity): string | undefined;
}

/**
 * Validates entities of Flux's API groups and emits their relations; touches no
 * other, also none of a kind of the same name. Sees to it that they are slim,
 * whoever supplied them, before any placeholder in them is resolved.
 *
 * @public
 */
export class GitopsEntityProcessor implements CatalogProcessor {
  private readonly observer: ProcessingObserver | undefined;
  private readonly owners: Pick<ComponentOwners, 'find'> | undefined;

  constructor(
    options: {
      observer?: ProcessingObserver;
      /** Who owns what names no owner but a Component. Default: nobody. */
      owners?: Pick<ComponentOwners, 'find'>;
    } = {},
  ) {
    this.observer = options.observer;
    this.owners = options.owners;
  }

  getProcessorName(): string {
    return 'GitopsEntityProcessor';
  }

  getPriority(): number {
    return PRIORITY;
  }

  async preProcessEntity(entity: Entity): Promise<Entity> {
    this.observer?.begins(entity);
    if (!isGitopsEntity(entity)) {
      return entity;
    }
    const { name, annotations } = entity.metadata;
    const refused = annotations?.[ManifestAnnotation.refused];
    if (refused) {
      throw new InputError(refused);
    }
    if (name.length > LONGEST_ENTITY_NAME) {
      throw new InputError(
        `the name has ${name.length} characters, and the catalog takes at most ${LONGEST_ENTITY_NAME}; give the object a shorter name`,
      );
    }
    return slim(entity);
  }

  async validateEntityKind(entity: Entity): Promise<boolean> {
    if (!isGitopsEntity(entity)) {
      return false;
    }
    if (!kindOf(entity.apiVersion, entity.kind)) {
      throw new UnknownKindError(entity.apiVersion, entity.kind);
    }
    return true;
  }

  async postProcessEntity(
    entity: Entity,
    _location: LocationSpec,
    emit: CatalogProcessorEmit,
  ): Promise<Entity> {
    this.observer?.passed(entity);
    const retryKey = this.observer?.retryKey(entity);
    if (retryKey) {
      emit(processingResult.refresh(retryKey));
    }
    if (!isGitopsEntity(entity)) {
      return entity;
    }
    const self = getCompoundEntityRef(entity);
    const spec = keepSlim(entity.spec);
    const relate = (
      ref: string,
      defaultKind: string,
      type: string,
      inverse: string,
    ) => {
      const target = targetOf(ref, defaultKind);
      if (target) {
        emit(processingResult.relation({ source: self, type, target }));
        emit(
          processingResult.relation({
            source: target,
            type: inverse,
            target: self,
          }),
        );
      }
    };
    for (const ref of new Set([
      ...(spec.sources ?? []),
      ...(spec.dependsOn ?? []),
    ])) {
      relate(ref, entity.kind, RELATION_DEPENDS_ON, RELATION_DEPENDENCY_OF);
    }
    const owner =
      spec.owner ?? (spec.component && (await this.ownerOf(spec.component)));
    if (owner) {
      relate(owner, 'group', RELATION_OWNED_BY, RELATION_OWNER_OF);
    }
    if (spec.component) {
      relate(spec.component, 'component', RELATION_PART_OF, RELATION_HAS_PART);
    }
    return entity;
  }

  private async ownerOf(component: string): Promise<string | undefined> {
    const ref = fullEntityRef(component, 'component');
    return ref && this.owners?.find(ref);
  }
}

/** Ours are slim already; what others supply is made so. */
function slim(entity: Entity): Entity {
  const annotations = textsOf(entity.metadata.annotations);
  delete annotations['kubectl.kubernetes.io/last-applied-configuration'];
  const metadata: Entity['metadata'] = {
    name: entity.metadata.name,
    namespace: entity.metadata.namespace,
    labels: textsOf(entity.metadata.labels),
    annotations,
  };
  const { links } = entity.metadata;
  if (annotations[ManifestAnnotation.object]) {
    // Published; the only one that may link, to its own page.
    return {
      ...entity,
      metadata: { ...metadata, ...(links && { links }) },
      spec: keepSlim(entity.spec),
    };
  }
  if (annotations[ManifestAnnotation.digest]) {
    return { ...entity, metadata, spec: keepSlim(entity.spec) };
  }
  const kind = kindOfGroup(
    splitApiVersion(entity.apiVersion).group,
    entity.kind,
  );
  if (!kind || !isJsonObject(entity)) {
    return { ...entity, metadata, spec: {} };
  }
  const { spec } = slimEntityOf({
    kind,
    document: entity,
    documentId: '0',
    name: entity.metadata.name,
    namespace: entity.metadata.namespace ?? 'default',
  });
  return { ...entity, metadata, spec };
}

function targetOf(
  ref: string,
  defaultKind: string,
): CompoundEntityRef | undefined {
  try {
    return parseEntityRef(ref, { defaultKind, defaultNamespace: 'default' });
  } catch {
    return undefined;
  }
}

function textsOf(map: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map ?? {}).filter(([, value]) => typeof value === 'string'),
  );
}
