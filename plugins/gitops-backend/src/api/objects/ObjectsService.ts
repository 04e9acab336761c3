import { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  ChangeList,
  CreatedObject,
  CreateObjectRequest,
  HomeList,
  ObjectDetail,
  ObjectEventList,
  ObjectKey,
  ObjectList,
  ObjectRow,
  ObjectsQuery,
} from '@backstage-gitops/plugin-gitops-common';
import { GitopsObjectResource, ObjectSummary } from './ObjectSummary';

/** On whose behalf something is asked. */
export interface RequestContext {
  credentials: BackstageCredentials;
  /** Entity reference of the user, or `service:<name>`; written to objects. */
  actor: string;
  /** Set by the authorizing decorator alone: what else exists does not, here. */
  visible?: (object: ObjectSummary) => boolean;
  /** As `visible`, to make an object. */
  mayCreate?: (resource: GitopsObjectResource) => boolean;
}

/**
 * What the API can do. `DefaultObjectsService` knows no permissions;
 * `AuthorizedObjectsService` around it knows nothing else.
 */
export interface ObjectsService {
  list(query: ObjectsQuery, context: RequestContext): Promise<ObjectList>;
  get(key: ObjectKey, context: RequestContext): Promise<ObjectDetail>;
  events(
    key: ObjectKey,
    page: { limit?: number; cursor?: string },
    context: RequestContext,
  ): Promise<ObjectEventList>;
  reconcile(
    key: ObjectKey,
    options: { withSource?: boolean },
    context: RequestContext,
  ): Promise<ObjectRow>;
  suspend(
    key: ObjectKey,
    options: { reason?: string },
    context: RequestContext,
  ): Promise<ObjectRow>;
  resume(key: ObjectKey, context: RequestContext): Promise<ObjectRow>;
  create(
    request: CreateObjectRequest,
    context: RequestContext,
  ): Promise<CreatedObject>;
  delete(
    key: ObjectKey,
    options: { uid: string },
    context: RequestContext,
  ): Promise<ObjectRow>;
  approvePrune(
    key: ObjectKey,
    options: { digest: string },
    context: RequestContext,
  ): Promise<ObjectRow>;
  homes(context: RequestContext): Promise<HomeList>;
  changes(
    since: string | undefined,
    context: RequestContext,
  ): Promise<ChangeList>;
}
