import type { CatalogErrorRow } from './catalogErrors';
import type {
  RegistrationClaim,
  RegistrationRow,
  RegistrationState,
} from './registrations';
import type { ObjectKey } from '../objectRef';
import type { Controller } from '../kinds';
import type { StatusCounts } from './types';

/**
 * How bad a finding is. `unknown`: it cannot be known from here; the finding says
 * how to look.
 *
 * @public
 */
export type DoctorLevel = 'error' | 'warning' | 'unknown' | 'ok';

/**
 * All levels, what needs somebody first.
 *
 * @public
 */
export const DOCTOR_LEVELS: readonly DoctorLevel[] = [
  'error',
  'warning',
  'unknown',
  'ok',
];

/**
 * The parts of a report that have figures and lists.
 *
 * @public
 */
export type DoctorSection = 'homes' | 'registrations' | 'objects' | 'queue';

/**
 * Lines for a file of the portal.
 *
 * @public
 */
export interface DoctorSnippet {
  /** Where they belong, such as `app-config.yaml`. */
  file: string;
  text: string;
}

/**
 * What one check found. Never holds a credential.
 *
 * @public
 */
export interface DoctorFinding {
  /** Of the check, such as `host.signals`; the same over releases. */
  check: string;
  level: DoctorLevel;
  /** What is, in one sentence. */
  title: string;
  /** What it means. */
  meaning?: string;
  /** What to do about it. */
  action?: string;
  /** What to add or change for it. */
  snippet?: DoctorSnippet;
  /** The home that it is about. */
  home?: string;
  /** Where the report says more. */
  section?: DoctorSection;
}

/** @public */
export type DoctorMode = 'observe' | 'plan' | 'reconcile';

/**
 * A GitOps kind in a home.
 *
 * @public
 */
export interface DoctorHomeKind {
  kind: string;
  apiVersion: string;
  /** Whether the cluster serves this version; absent where it could not be asked. */
  served?: boolean;
  /** Whether this version of the portal reconciles the kind. */
  reconciled: boolean;
  /** Who reconciles its objects here. */
  writtenBy: 'portal' | 'others' | 'nobody';
  /** Objects in the home; absent where they could not be counted. */
  objects?: number;
  /** There are more than `objects`. */
  isAtLeast?: true;
  /** Why they could not be counted. */
  error?: string;
  /** Since when its watch is connected; absent where it is not. RFC 3339, UTC. */
  watchedSince?: string;
}

/**
 * A claim of app-config that names a home.
 *
 * @public
 */
export interface DoctorClaim extends RegistrationClaim {
  /** Entity reference of the owner, as it is written there. */
  owner?: string;
  /** Registered manifests that it admitted. */
  registrations: number;
}

/**
 * A home cluster, as the process that answers sees it. Times are RFC 3339, UTC.
 *
 * @public
 */
export interface DoctorHome {
  name: string;
  /** Address of the API server, without user and password; absent where there is none. */
  server?: string;
  configuredMode: DoctorMode;
  /** What is done there now. */
  mode: DoctorMode;
  /** Who else writes, or why else less is done than is configured. */
  reason?: string;
  connected: boolean;
  /** Why it is not connected. */
  error?: string;
  /** Since when it is, or is not. */
  since: string;
  /** Of the API server; absent where it did not answer just now. */
  version?: string;
  /** UID of the namespace `kube-system`, by which a cluster is told from others. */
  cluster: {
    /** What the home must be: as configured, or as it was seen first. */
    pinned?: string;
    isConfigured: boolean;
    /** It is another one now, or cannot be seen. */
    replaced?: { is?: string };
  };
  /** The Lease by which the portal claims the home; absent where it writes nothing. */
  lease?: {
    namespace: string;
    name: string;
    /** Whether this process may write by it now. */
    isHeld: boolean;
    /** Address of the portal that holds it. */
    holder?: string;
    renewedAt?: string;
  };
  /** Who deliveries act as that name no ServiceAccount. */
  defaultIdentity: {
    type: 'serviceAccount' | 'portal' | 'none';
    name?: string;
  };
  kinds: DoctorHomeKind[];
  claims: DoctorClaim[];
}

/**
 * Registered manifests of one state: the first ones, and how many there are.
 *
 * @public
 */
export interface DoctorRegistrationList {
  state: RegistrationState;
  totalItems: number;
  /** At most 20, the latest change first. */
  items: RegistrationRow[];
}

/**
 * What is registered in the catalog, of all owners.
 *
 * @public
 */
export interface DoctorRegistrations {
  totalItems: number;
  counts: Partial<Record<RegistrationState, number>>;
  /** Of each state that needs somebody. */
  lists: DoctorRegistrationList[];
  /** Files that the catalog could not take, at most 20, the newest first. */
  rejectedFiles: { totalItems: number; items: CatalogErrorRow[] };
  /** When the catalog answered last, RFC 3339, UTC; absent where it has not yet. */
  catalogAnsweredAt?: string;
}

/**
 * The objects that the watches see, of all owners.
 *
 * @public
 */
export interface DoctorObjects {
  totalItems: number;
  counts: StatusCounts;
  /** That nobody owns, at most 20, by name. */
  withoutOwner: { totalItems: number; items: ObjectKey[] };
  /** That ask for what this version does not do, at most 20, by name. */
  unsupported: { totalItems: number; items: ObjectKey[] };
}

/**
 * How many items of the queue are in which state; each is in one.
 *
 * @public
 */
export interface DoctorQueueFigures {
  total: number;
  /** Due, and nobody runs it yet. */
  due: number;
  running: number;
  /** Its process ended before it did; it is returned to the queue within seconds. */
  lost: number;
  /** Failed, and tried again later. */
  retrying: number;
  /** Waits for something, as the health of what it applied. */
  waiting: number;
  /** Runs again at its interval. */
  scheduled: number;
  /** Runs only once something changes. */
  asleep: number;
  /** By how many seconds the item that is due longest is late. */
  lagSeconds: number;
}

/** @public */
export interface DoctorQueueKind extends DoctorQueueFigures {
  controller: Controller;
  kind: string;
  /** When one was claimed last. RFC 3339, UTC. */
  lastClaimAt?: string;
}

/**
 * An item of the queue that fails. Times are RFC 3339, UTC.
 *
 * @public
 */
export interface DoctorFailingItem {
  object: ObjectKey;
  /** Failed runs in a row. */
  failures: number;
  /** Runs in a row whose process ended before they did. */
  lost: number;
  lastFinishedAt?: string;
  nextRunAt?: string;
}

/**
 * The work queue of all processes of the portal. What belongs to homes that the
 * portal does not work in now is not counted but in `abandoned`.
 *
 * @public
 */
export interface DoctorQueue extends DoctorQueueFigures {
  kinds: DoctorQueueKind[];
  /** How many objects of each controller one process runs at the same time. */
  workers: Partial<Record<Controller, number>>;
  /** Processes of this portal that have renewed a claim on a home lately. */
  processes: number;
  lastClaimAt?: string;
  /** At most 20, the most failures first. */
  failing: { totalItems: number; items: DoctorFailingItem[] };
  /** Items of homes that are not configured, or not worked in now. */
  abandoned: number;
}

/**
 * How the plugin is, what it needs of the app around it, and what to do. It is for
 * whoever runs the portal: nothing in it is limited to what its reader may see
 * elsewhere.
 *
 * @public
 */
export interface DoctorReport {
  /** When it was made. RFC 3339, UTC. */
  at: string;
  /** Of the gitops backend plugin. */
  version: string;
  /** The process that answered. */
  process: string;
  /** The worst level of all findings. */
  level: DoctorLevel;
  counts: Record<DoctorLevel, number>;
  /** The worst first. */
  findings: DoctorFinding[];
  /** A section that could not be made in time is absent; a finding says why. */
  homes?: DoctorHome[];
  registrations?: DoctorRegistrations;
  objects?: DoctorObjects;
  queue?: DoctorQueue;
}
