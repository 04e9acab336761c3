import type { ObjectStatus, StatusWord } from '../conditions';
import type { ObjectKey } from '../objectRef';
import type { Condition, JsonObject } from '../objects';

/**
 * Names an object of the same home as the one that mentions it.
 *
 * @public
 */
export interface ObjectPlace {
  kind: string;
  namespace: string;
  name: string;
}

/**
 * An object as lists show it: at most 1 KB of JSON, never values, patches or
 * specs. Times are RFC 3339, UTC.
 *
 * @public
 */
export interface ObjectRow {
  key: ObjectKey;
  apiVersion: string;
  /** The sentence is cut, with `…` at its end, where the row would be too large. */
  status: ObjectStatus;
  suspended: boolean;
  /** Revision of the artifact, or what was applied last. */
  revision?: string;
  /** Where its content comes from. */
  source?: ObjectPlace;
  /** Go duration. */
  interval?: string;
  /** When it is due; absent where the portal does not reconcile it or it only waits to be woken. */
  nextRunAt?: string;
  /** When the last run ended. */
  lastRunAt?: string;
  /** Entity reference of the owner. */
  ownerRef?: string;
  /** Entity reference of the object in the catalog. */
  entityRef?: string;
  /** `disconnected`: the home does not answer, the row is what was seen last. */
  homeState: 'connected' | 'disconnected';
}

/**
 * How many objects there are of each word; words without objects are absent.
 *
 * @public
 */
export type StatusCounts = Partial<Record<StatusWord, number>>;

/**
 * `attention`: what needs somebody first, the latest change first; `name`: by
 * name, then namespace; `lastChange`: the latest change of the status first.
 *
 * @public
 */
export type ObjectSort = 'attention' | 'name' | 'lastChange';

/**
 * The sort orders, the default first.
 *
 * @public
 */
export const OBJECT_SORTS: readonly ObjectSort[] = [
  'attention',
  'name',
  'lastChange',
];

/**
 * Which objects to list. Several values of a filter mean any of them; all
 * filters must hold.
 *
 * @public
 */
export interface ObjectsQuery {
  home?: string;
  kind?: string[];
  namespace?: string;
  name?: string;
  status?: StatusWord[];
  /** Entity references. */
  owner?: string[];
  /** Objects that belong to this entity: a Component, or the object's own entity. */
  entity?: string;
  suspended?: boolean;
  /** Words, all of which occur in kind, namespace, name, source or revision. */
  search?: string;
  /** Default `attention`. */
  sort?: ObjectSort;
  /** 1 to 200, default 50. */
  limit?: number;
  /** `pageInfo` of an answer with the same filters and order. */
  cursor?: string;
}

/** @public */
export interface PageInfo {
  nextCursor?: string;
  prevCursor?: string;
}

/**
 * A page of objects.
 *
 * @public
 */
export interface ObjectList {
  items: ObjectRow[];
  /** Over all pages. */
  totalItems: number;
  /** With all filters but `status`, so that each word can be offered as one. */
  counts: StatusCounts;
  pageInfo: PageInfo;
  /** For {@link GitopsApi.getChanges}: what changed since this answer. */
  changesCursor: string;
}

/**
 * Something that people should know of an object.
 *
 * @public
 */
export interface ObjectWarning {
  /** Such as `spec.validation`. */
  path?: string;
  /** Such as `unknownField`, `droppedField`, `required`. */
  code: string;
  message: string;
  severity: 'warning' | 'error';
  /** Who found it: `home` in the object as it is, `catalog` in what was registered. */
  from: 'home' | 'catalog';
}

/**
 * An applied object, out of an inventory.
 *
 * @public
 */
export interface InventoryItem {
  /** Empty for the core group. */
  group: string;
  version: string;
  kind: string;
  /** Absent for objects of the whole cluster. */
  namespace?: string;
  name: string;
}

/**
 * Why a prune is held: it would delete more than the bounds allow, or all there is
 * because nothing is wanted any more, or the home is another cluster than it was.
 *
 * @public
 */
export type HeldPruneReason =
  | 'mass-prune'
  | 'emptied'
  | 'deletes-owner'
  | 'home-replaced'
  | 'target-replaced';

/**
 * A prune that waits: what left the source of a delivery is not deleted before
 * somebody approves it.
 *
 * @public
 */
export interface HeldPruneDetail {
  /** Names the set; an approval is about this and no other. */
  digest: string;
  reason: HeldPruneReason;
  /** How many objects would be deleted, … */
  count: number;
  /** … of how many that the delivery holds. */
  total: number;
  /** What would be deleted, at most 200. */
  items: InventoryItem[];
  since: string;
  /** False where an approval is not enough: the home has to be confirmed first. */
  approvable: boolean;
}

/**
 * What a source published, or what a delivery applied last.
 *
 * @public
 */
export interface ArtifactDetail {
  revision: string;
  digest?: string;
  /** Bytes. */
  size?: number;
  updatedAt?: string;
  commit?: CommitDetail;
}

/** @public */
export interface CommitDetail {
  /** The whole message. */
  message: string;
  author: string;
  at: string;
}

/**
 * Attempts that built the same and ended the same (Kustomization), or one
 * release (HelmRelease).
 *
 * @public
 */
export interface AttemptRecord {
  digest: string;
  /** Reason of the condition, or status of the release. */
  status: string;
  revision?: string;
  firstAt: string;
  lastAt: string;
  /** Go duration of the last attempt. */
  duration?: string;
  /** Number of attempts. */
  total?: number;
  /** Where it is a release. */
  release?: ReleaseDetail;
}

/**
 * A revision of a release of Helm.
 *
 * @public
 */
export interface ReleaseDetail {
  name: string;
  namespace: string;
  /** Number of the revision. */
  version: number;
  chart: string;
  chartVersion: string;
  appVersion?: string;
  /** What made it: `install`, `upgrade`, `rollback`. */
  action?: string;
  /** By name of the hook. */
  tests: ReleaseTest[];
}

/** @public */
export interface ReleaseTest {
  name: string;
  /** `Succeeded`, `Failed`, `Running`; absent where it has not been run. */
  phase?: string;
  at?: string;
}

/**
 * Another object that this one needs, or that needs it.
 *
 * @public
 */
export interface DependencyDetail extends ObjectPlace {
  relation: 'source' | 'dependsOn' | 'reference';
  /** Absent where it does not exist or may not be seen. */
  status?: ObjectStatus;
}

/**
 * What the work queue knows of an object.
 *
 * @public
 */
export interface QueueDetail {
  /** Absent while it runs and where it waits to be woken. */
  dueAt?: string;
  running: boolean;
  /** Failed runs in a row. */
  failures: number;
  /** Why it is due. */
  wakeReason?: string;
  lastStartedAt?: string;
  lastFinishedAt?: string;
  lastOutcome?: string;
}

/**
 * All there is to show of an object.
 *
 * @public
 */
export interface ObjectDetail extends ObjectRow {
  metadata: {
    uid?: string;
    generation?: number;
    createdAt?: string;
    deletedAt?: string;
    labels: Record<string, string>;
    /** Without those that tools use among themselves. */
    annotations: Record<string, string>;
  };
  /** Whoever suspended it in the portal, and why. */
  suspension?: { actor?: string; reason?: string };
  /** Fields that may hold secrets have `<withheld>` in place of their values. */
  spec: JsonObject;
  /** Paths of the fields whose values are withheld. */
  withheld: string[];
  conditions: Condition[];
  warnings: ObjectWarning[];
  inventory: InventoryItem[];
  /** What would be deleted, were it not held for approval. */
  heldPrune?: HeldPruneDetail;
  artifact?: ArtifactDetail;
  /** Newest first. */
  history: AttemptRecord[];
  dependsOn: DependencyDetail[];
  /** What depends on it, of that what may be seen. */
  dependants: DependencyDetail[];
  /** Of a Kustomization: automations of images that commit to its source and may be seen. */
  updatedBy?: ObjectPlace[];
  /** Absent where the portal does not reconcile it. */
  queue?: QueueDetail;
  /** What the caller may do here. */
  may: { reconcile: boolean; suspend: boolean; delete: boolean };
  changesCursor: string;
}

/**
 * One thing that happened to an object.
 *
 * @public
 */
export interface ObjectEvent {
  id: string;
  at: string;
  type: 'Normal' | 'Warning' | 'Trace';
  reason: string;
  message: string;
  revision?: string;
}

/**
 * Newest first.
 *
 * @public
 */
export interface ObjectEventList {
  items: ObjectEvent[];
  pageInfo: PageInfo;
}

/**
 * A home cluster.
 *
 * @public
 */
export interface HomeSummary {
  name: string;
  mode: 'observe' | 'plan' | 'reconcile';
  connected: boolean;
  /** Why it is not connected. */
  error?: string;
  /**
   * It is another cluster than it was, by the UID of its namespace `kube-system`;
   * nothing is pruned there. `is` is absent where that cannot be seen.
   */
  replaced?: { was: string; is?: string };
  /** Who else reconciles its objects, so that the portal only observes. */
  writer?: string;
  /** Since when it is as it is. */
  since: string;
  /** Of the objects that may be seen. */
  totalItems: number;
  counts: StatusCounts;
}

/** @public */
export interface HomeList {
  items: HomeSummary[];
}

/**
 * What changed since a cursor.
 *
 * @public
 */
export interface ChangeList {
  /** For the next question. */
  cursor: string;
  /** The cursor is too old, or of another process: read everything anew. */
  reset: boolean;
  keys: ObjectKey[];
}

/**
 * Channel of Backstage signals on which the plugin says that something changed,
 * at most twice a second.
 *
 * @public
 */
export const GITOPS_SIGNALS_CHANNEL = 'gitops';

/**
 * A message on {@link GITOPS_SIGNALS_CHANNEL}. It names nothing, since signals
 * know no permissions: ask for the changes since your cursor.
 *
 * @public
 */
export type GitopsTick = { type: 'changed' | 'alive' };

/**
 * A manifest to make an object of, as it would stand in a file.
 *
 * @public
 */
export interface CreateObjectRequest {
  home: string;
  /** In any version that Flux served; without status. */
  manifest: {
    apiVersion: string;
    kind: string;
    metadata: {
      name: string;
      /** Default: `default`. */
      namespace?: string;
      labels?: Record<string, string>;
      annotations?: Record<string, string>;
    };
    spec: object;
  };
  /** Check everything, make nothing. */
  dryRun?: boolean;
}

/**
 * What was made, or would be.
 *
 * @public
 */
export interface CreatedObject {
  key: ObjectKey;
  /** The manifest as the home took it: converted, held to its claim, without status. */
  manifest: {
    apiVersion: string;
    kind: string;
    metadata: object;
    spec: object;
  };
  /** Its entity, which the catalog has seconds later; absent where it gets none. */
  entityRef?: string;
  warnings: ObjectWarning[];
  dryRun: boolean;
}
