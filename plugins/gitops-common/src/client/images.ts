import type { ObjectPlace } from './types';

/**
 * What a policy makes of a tag:
 *
 * - `chosen`: it is the one
 * - `behind`: it comes into question, and another one comes first
 * - `out-of-range`: it is a version out of `spec.policy.semver.range`
 * - `not-a-version`: it is no version, or no number, to be compared
 * - `filtered`: `spec.filterTags.pattern` does not match it
 *
 * @public
 */
export type TagVerdict =
  'chosen' | 'behind' | 'out-of-range' | 'not-a-version' | 'filtered';

/** @public */
export const TAG_VERDICTS: readonly TagVerdict[] = [
  'chosen',
  'behind',
  'out-of-range',
  'not-a-version',
  'filtered',
];

/** @public */
export interface ImageTag {
  tag: string;
  /** What `spec.filterTags.extract` made of it, where that is something else. */
  key?: string;
  /** Of a policy; a repository has no opinion. */
  verdict?: TagVerdict;
}

/** @public */
export interface ImageTagsQuery {
  /** Part of a tag. */
  search?: string;
  /** Of a policy. */
  verdict?: readonly TagVerdict[];
  /** 1 to 1000, default 100. */
  limit?: number;
  cursor?: string;
}

/**
 * A page of the tags that the last scan found, in descending order of text.
 *
 * @public
 */
export interface ImageTagList {
  /** In full, with its registry; as it is written before the first scan. */
  image: string;
  /** When the registry was asked last. */
  scannedAt?: string;
  items: ImageTag[];
  pageInfo: { nextCursor?: string };
}

/**
 * How an ImagePolicy chooses.
 *
 * @public
 */
export interface ImageCandidates {
  image: string;
  repository: ObjectPlace;
  scannedAt?: string;
  /** Tags that the last scan found. */
  total: number;
  /** How many of them there are of each verdict; verdicts without tags are absent. */
  counts: Partial<Record<TagVerdict, number>>;
  /** Those that come first in the order of the policy, the chosen one at the top. */
  items: ImageTag[];
  /** Why none is chosen. */
  problem?: string;
}

/**
 * A value that an automation sets in a file.
 *
 * @public
 */
export interface ImageFileChange {
  /** From the root of the repository. */
  file: string;
  /** From 1 on. */
  line: number;
  object: { apiVersion: string; kind: string; namespace: string; name: string };
  /** `namespace:policy`, and `:tag`, `:name` or `:digest` where the marker has it. */
  setter: string;
  oldValue: string;
  newValue: string;
}

/**
 * What became of a commit in an object that delivers from its source:
 *
 * - `delivered`: it was applied
 * - `superseded`: a later commit was applied, and what this one changed with it
 * - `failed`: it was tried
 * - `running`: it is being applied
 * - `waiting`: nobody has tried it yet
 *
 * @public
 */
export interface ImageDelivery {
  object: ObjectPlace;
  state: 'delivered' | 'superseded' | 'failed' | 'running' | 'waiting';
  at?: string;
  /** Why it failed. */
  message?: string;
}

/**
 * A commit that an automation pushed.
 *
 * @public
 */
export interface ImagePushRow {
  id: string;
  at: string;
  /** Full hash. */
  commit: string;
  /** Where the commit is shown, if the portal knows the host. */
  commitUrl?: string;
  branch: string;
  message: string;
  /** Who pushed it. */
  automation: ObjectPlace;
  source: ObjectPlace;
  /** When the source had fetched it; absent where that is not known any more. */
  fetchedAt?: string;
  changes: ImageFileChange[];
  pullRequest?: { url: string; id: string; isDone?: true };
  /** Whether the source follows that branch. */
  followed: boolean;
  /** Of what delivers from the source; empty where it does not follow the branch. */
  deliveries: ImageDelivery[];
}

/**
 * Newest first.
 *
 * @public
 */
export interface ImagePushList {
  items: ImagePushRow[];
  pageInfo: { nextCursor?: string };
}

/**
 * Lines that change, and those around them.
 *
 * @public
 */
export interface DiffHunk {
  /** First line of the hunk, from 1 on. */
  oldStart: number;
  newStart: number;
  /** Each begins with ` `, `-` or `+`. */
  lines: string[];
}

/** @public */
export interface PreviewedFile {
  path: string;
  changes: ImageFileChange[];
  /** Where the file can be shown. */
  hunks?: DiffHunk[];
  /** Values of Secrets are not in the hunks. */
  masked?: true;
}

/**
 * What an automation would push to a branch.
 *
 * @public
 */
export interface PreviewedBranch {
  branch: string;
  /** What would be checked out. */
  revision: string;
  /** Of the commit; absent where nothing would change. */
  message?: string;
  files: PreviewedFile[];
  /** Files with markers that cannot be read, and are left as they are. */
  unreadable: { path: string; reason: string }[];
}

/** @public */
export interface ImageUpdatePreview {
  items: PreviewedBranch[];
}
