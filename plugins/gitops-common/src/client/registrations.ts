import type { ObjectPlace, ObjectWarning, PageInfo } from './types';

/**
 * What became of a manifest that is registered in the catalog.
 *
 * `Rejected`: it is invalid, its claim does not allow it, or its home refused
 * it; `Failed`: its file or its home could not be reached, it is tried again;
 * `ManifestStale`: the file does not hold what the catalog took, as after an
 * edit that the catalog refused; `PendingApproval`: no claim is about its file;
 * `Orphaned`: the catalog has it no more, its object stays; `New`: nobody has
 * looked at it yet; `Applied`: it is in its home as it was registered.
 *
 * @public
 */
export type RegistrationState =
  | 'Rejected'
  | 'Failed'
  | 'ManifestStale'
  | 'PendingApproval'
  | 'Orphaned'
  | 'New'
  | 'Applied';

/**
 * All states, what needs somebody first.
 *
 * @public
 */
export const REGISTRATION_STATES: readonly RegistrationState[] = [
  'Rejected',
  'Failed',
  'ManifestStale',
  'PendingApproval',
  'Orphaned',
  'New',
  'Applied',
];

/**
 * The states in which a registered manifest does not reach its home, or not as
 * it is registered.
 *
 * @public
 */
export const UNAPPLIED_STATES: readonly RegistrationState[] = [
  'Rejected',
  'Failed',
  'ManifestStale',
  'PendingApproval',
];

/**
 * An entry of `gitops.claims` in app-config, as far as it says what it admits.
 *
 * @public
 */
export interface RegistrationClaim {
  location: {
    host: string;
    repository?: string;
    ref?: string;
    pathPrefix?: string;
  };
  home: string;
  namespaces: string[];
  serviceAccount?: string;
}

/**
 * The narrowest claim that would admit a manifest.
 *
 * @public
 */
export interface SuggestedClaim extends RegistrationClaim {
  /** The home applies nothing for a claim that names no ServiceAccount. */
  needsServiceAccount: boolean;
}

/**
 * What somebody decided about a registered manifest. `at` is RFC 3339, UTC.
 *
 * @public
 */
export interface RegistrationApproval {
  decision: 'approved' | 'rejected';
  /** Entity reference of who decided. */
  by: string;
  at: string;
  reason?: string;
  serviceAccount?: string;
  /** Hosts that it may fetch from: those of the manifest as it was looked at. */
  sourceHosts?: string[];
}

/**
 * A registered manifest and what became of it. Times are RFC 3339, UTC.
 *
 * @public
 */
export interface RegistrationRow {
  /** Its entity in the catalog, in full and in lower case. */
  entityRef: string;
  /** Home that it goes to; absent where the portal has none for it. */
  home?: string;
  object: ObjectPlace;
  /** Location reference of its file, `type:target`, without user and password. */
  location: string;
  /** Place in the file, from 0; `3.1` is the second item of a list. */
  document: string;
  state: RegistrationState;
  /** Why, in one word, such as `NoClaim`, `InvalidManifest`, `LocationUnreadable`. */
  code?: string;
  /** Why, for people. */
  message?: string;
  /** What to do about it. */
  hint?: string;
  /** The claim that admitted its file. */
  claim?: RegistrationClaim;
  /** With `PendingApproval`, where the address of the file can be read. */
  suggestedClaim?: SuggestedClaim;
  /** What somebody decided about it, where no claim is about its file. */
  approval?: RegistrationApproval;
  /** In answers about one registration: whether the caller may decide. */
  may?: { approve: boolean };
  /** Piece by piece. */
  warnings: ObjectWarning[];
  /** Since when it is in this state, for this reason. */
  since: string;
  /** Failed attempts in a row. */
  failures: number;
  /** When it is looked at again; absent where it is not. */
  nextTryAt?: string;
  /** When it was applied last; what was applied then stays in the home. */
  appliedAt?: string;
}

/**
 * Which registrations to list. Several values of a filter mean any of them; all
 * filters must hold.
 *
 * @public
 */
export interface RegistrationsQuery {
  /** Entity references of the entities that stand for the manifests. */
  entity?: string[];
  state?: RegistrationState[];
  /** Location reference as rows have it. */
  location?: string;
  /** 1 to 200, default 50. */
  limit?: number;
  /** `pageInfo` of an answer with the same filters. */
  cursor?: string;
}

/**
 * A page of registrations, what needs somebody first, then by entity.
 *
 * @public
 */
export interface RegistrationList {
  items: RegistrationRow[];
  /** Over all pages. */
  totalItems: number;
  /** With all filters but `state`; states without registrations are absent. */
  counts: Partial<Record<RegistrationState, number>>;
  pageInfo: PageInfo;
}
