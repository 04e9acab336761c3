import { Claim, ManifestFinding } from '@backstage-gitops/plugin-gitops-node';
import { ObjectWarning } from '@backstage-gitops/plugin-gitops-common';

/** What became of a registered manifest. */
export type RegistrationState =
  /** It is in its home as it was registered. */
  | 'Applied'
  /** No claim is about its file; somebody with the permission must approve it. */
  | 'PendingApproval'
  /** It is invalid, or its claim does not allow it. */
  | 'Rejected'
  /** The file does not hold what the catalog read. */
  | 'ManifestStale'
  /** The catalog has it no more; the object stays and is reconciled. */
  | 'Orphaned'
  /** It could not be read or applied; it is tried again. */
  | 'Failed';

/** Why, in one word that stays the same over releases. */
export type RegistrationCode =
  | 'NoClaim'
  | 'InvalidLocation'
  | 'UnknownHome'
  | 'HomeObserved'
  | 'HomeNotClaimed'
  | 'NamespaceNotClaimed'
  | 'ServiceAccountNotClaimed'
  | 'SourceHostNotClaimed'
  | 'OwnerNotClaimed'
  | 'KubeConfigNotClaimed'
  | 'ApprovalRefused'
  | 'NoIdentity'
  | 'InvalidManifest'
  | 'ManagedElsewhere'
  | 'ManifestChanged'
  | 'CatalogRejected'
  | 'EntityVanished'
  | 'LocationUnreadable'
  | 'ApplyRefused'
  | 'ApplyFailed'
  | 'Unexpected';

/** A manifest as the catalog has it. */
export interface RegisteredManifest {
  entityRef: string;
  /** Location reference of the file, `type:target`. */
  location: string;
  /** Place of the document in the file. */
  document: string;
  digest: string;
  findings: ManifestFinding[];
  /** Home that the catalog module named; absent where it knows none. */
  home?: string;
  kind: string;
  namespace: string;
  /** Name of the object. */
  name: string;
  /** Whom the manifest names as owner, itself or by its Component; nobody has checked it. */
  owner?: string;
}

/** How an attempt to deliver a manifest to its home ended. */
export interface Decision {
  state: RegistrationState;
  code?: RegistrationCode;
  /** For people: what, where, what to do. */
  message?: string;
  warnings: ObjectWarning[];
  claim?: Claim;
}

/** A registered manifest and what became of it. Times in ms since the epoch. */
export interface Registration extends RegisteredManifest {
  /** `home/Kind/namespace/name`. */
  objectId?: string;
  /** Absent until it was decided for the first time. */
  state?: RegistrationState;
  code?: RegistrationCode;
  message?: string;
  warnings: ObjectWarning[];
  claim?: Claim;
  /** Digest of what was applied last; differs from `digest` after a bad edit. */
  appliedDigest?: string;
  appliedAt: number | null;
  policy?: string;
  revision: number;
  failures: number;
  dueAt: number | null;
  missingSince: number | null;
  /** Since when it is in its state, for its reason. */
  updatedAt: number;
}
