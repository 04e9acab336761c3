import { PermissionsService } from '@backstage/backend-plugin-api';
import { Claim } from '@backstage-gitops/plugin-gitops-node';
import { Knex } from 'knex';
import { ArtifactIndex } from '../artifacts/ArtifactIndex';
import { HistoryStore } from '../engine/report/HistoryStore';
import {
  HeldPruneReader,
  ObjectActions,
  RegisteredAs,
} from './actions/ObjectActions';
import { ObjectCreator } from './actions/ObjectCreator';
import { ChangeFeed } from './changes/ChangeFeed';
import { DefaultObjectsService } from './objects/DefaultObjectsService';
import { ObjectDescriber } from './objects/ObjectDescriber';
import { ObjectIndex } from './objects/ObjectIndex';
import { ObjectsService } from './objects/ObjectsService';
import {
  AnnotationEntityResolver,
  EntityObjectsResolver,
  WarningsSource,
} from './objects/sources';
import { DatabaseWorkReader, WorkReader } from './objects/WorkReader';
import {
  AuthorizedObjectsService,
  ObjectAuthorizer,
} from './permissions/AuthorizedObjectsService';

/** What {@link createObjectsService} needs. */
export interface ObjectsServiceOptions {
  index: ObjectIndex;
  changes: ChangeFeed;
  history: Pick<HistoryStore, 'list'>;
  artifacts: Pick<ArtifactIndex, 'list'>;
  /** The plugin database, or another reader of the work queue. */
  work: Knex | WorkReader;
  permissions: PermissionsService;
  /** What `registerGitopsPermissions` gave. */
  authorizer: ObjectAuthorizer;
  /** Default: by the entity of the object and its component annotation. */
  entities?: EntityObjectsResolver;
  /** `gitops.claims`; they admit what is made. Default: none. */
  claims?: readonly Claim[];
  /** Default: nothing is registered. */
  registeredAs?: RegisteredAs;
  /** Default: no prune is held. */
  heldPrune?: HeldPruneReader;
  warnings?: readonly WarningsSource[];
  now?: () => number;
}

/** The service behind the API, with permissions. */
export function createObjectsService(
  options: ObjectsServiceOptions,
): ObjectsService {
  const { index, now } = options;
  const work =
    'find' in options.work
      ? options.work
      : new DatabaseWorkReader({ database: options.work, now });
  const heldPrune = options.heldPrune ?? (async () => undefined);
  return new AuthorizedObjectsService({
    index,
    permissions: options.permissions,
    authorizer: options.authorizer,
    inner: new DefaultObjectsService({
      index,
      work,
      changes: options.changes,
      history: options.history,
      entities: options.entities ?? new AnnotationEntityResolver(),
      actions: new ObjectActions({
        index,
        registeredAs: options.registeredAs ?? (async () => undefined),
        heldPrune,
        now,
      }),
      creator: new ObjectCreator({
        homes: index.homes,
        claims: options.claims ?? [],
        entityRefOf: (home, object) => index.summaryOf(home, object).entityRef,
      }),
      describer: new ObjectDescriber({
        index,
        work,
        artifacts: options.artifacts,
        heldPrune,
        warnings: options.warnings ?? [],
      }),
    }),
  });
}
