import {
  GitopsObject,
  ObjectKey,
  ObjectWarning,
} from '@backstage-gitops/plugin-gitops-common';
import { ObjectSummary } from './ObjectSummary';

/**
 * Tells which objects belong to an entity of the catalog. Asked once per list;
 * what it says is not a permission, which is checked on each object.
 */
export interface EntityObjectsResolver {
  /** @param entityRef - in full and in lower case */
  matcherFor(entityRef: string): Promise<(object: ObjectSummary) => boolean>;
}

/**
 * {@link EntityObjectsResolver} by what objects say of themselves: the entity of
 * the object, or the annotation that names its Component.
 */
export class AnnotationEntityResolver implements EntityObjectsResolver {
  async matcherFor(
    entityRef: string,
  ): Promise<(object: ObjectSummary) => boolean> {
    return object =>
      object.entityRef === entityRef || object.componentRef === entityRef;
  }
}

/** Knows more to warn of than the object itself tells, such as the catalog. */
export interface WarningsSource {
  warningsFor(
    key: ObjectKey,
    object: GitopsObject,
  ): Promise<readonly ObjectWarning[]>;
}
