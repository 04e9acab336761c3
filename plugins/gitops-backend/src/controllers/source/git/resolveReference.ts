import { assertError } from '@backstage/errors';
import {
  compareVersions,
  Constraint,
  parseStrictVersion,
  Version,
} from '@backstage-gitops/helm';
import { GitRepositorySpec } from '@backstage-gitops/plugin-gitops-common';
import { GitError } from './GitError';

/** A reference as the remote lists it; `peeled` is the commit of a tag object. */
export interface RemoteReference {
  ref: string;
  oid: string;
  peeled?: string;
  /** Of HEAD: the reference that it stands for. */
  symbolic?: string;
}

/** What is to be fetched. */
export interface GitTarget {
  commit: string;
  /** Full name of the reference that leads to it; undefined for a bare commit. */
  ref?: string;
  /** Where `ref` is a tag: its short name, and its object where it has one. */
  tag?: { name: string; oid?: string };
  /** Flux's revision, such as `main@sha1:…`. */
  revision: string;
  /** The commit has to be found in the history of this one, the tip of `ref`. */
  historyOf?: string;
}

/** Chooses among tags of the same version, which differ in build metadata. */
export type ChooseTag = (
  tags: readonly RemoteReference[],
) => Promise<RemoteReference>;

/** Flux's default branch (2.9). */
const DEFAULT_BRANCH = 'master';
const TAG_PREFIX = 'refs/tags/';

/** The references that must be listed to resolve a spec, as prefixes. */
export function referencePrefixes(ref: GitRepositorySpec['ref']): string[] {
  if (ref?.commit) {
    return ref.branch ? [`refs/heads/${ref.branch}`] : [];
  }
  if (ref?.name) {
    return [withoutPeel(ref.name)];
  }
  if (ref?.tag) {
    return [`refs/tags/${ref.tag}`];
  }
  if (ref?.semver) {
    return ['refs/tags/'];
  }
  return [`refs/heads/${ref?.branch ?? DEFAULT_BRANCH}`];
}

/**
 * Resolves `spec.ref` against what the remote lists. Precedence as in Flux 2.9:
 * commit, name, tag, semver, branch.
 *
 * @throws GitError `GIT_REF_NOT_FOUND`
 */
export async function resolveReference(
  ref: GitRepositorySpec['ref'],
  remote: readonly RemoteReference[],
  choose: ChooseTag = async ([first]) => first,
): Promise<GitTarget> {
  const find = (name: string): RemoteReference => {
    const found = remote.find(candidate => candidate.ref === name);
    if (!found) {
      throw new GitError(
        'GIT_REF_NOT_FOUND',
        `couldn't find remote ref "${name}"; the repository has no such reference`,
      );
    }
    return found;
  };
  if (ref?.commit) {
    return commitTarget(ref.commit, ref.branch, find);
  }
  if (ref?.name) {
    return targetOf(find(withoutPeel(ref.name)), ref.name);
  }
  if (ref?.tag) {
    return targetOf(find(`${TAG_PREFIX}${ref.tag}`), ref.tag);
  }
  if (ref?.semver) {
    const tags = newestTags(ref.semver, remote);
    const tag = tags.length > 1 ? await choose(tags) : tags[0];
    return targetOf(tag, tag.ref.slice(TAG_PREFIX.length));
  }
  const branch = ref?.branch ?? DEFAULT_BRANCH;
  return targetOf(find(`refs/heads/${branch}`), branch);
}

/** `refs/tags/v1^{}`: what is meant is the commit, and that is found anyway. */
function withoutPeel(name: string): string {
  return name.replace(/\^\{\}$/, '');
}

function targetOf(found: RemoteReference, pointer: string): GitTarget {
  const commit = found.peeled ?? found.oid;
  return {
    commit,
    ref: found.ref,
    ...(found.ref.startsWith(TAG_PREFIX) && {
      tag: {
        name: found.ref.slice(TAG_PREFIX.length),
        ...(found.peeled && { oid: found.oid }),
      },
    }),
    revision: revisionOf(pointer, commit),
  };
}

function commitTarget(
  name: string,
  branch: string | undefined,
  find: (name: string) => RemoteReference,
): GitTarget {
  const commit = name.toLowerCase();
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) {
    throw new GitError(
      'GIT_REF_NOT_FOUND',
      'spec.ref.commit is no full name of a commit; it has 40 hexadecimal digits, or 64 with SHA-256',
    );
  }
  if (!branch) {
    return { commit, revision: revisionOf(undefined, commit) };
  }
  const tip = find(`refs/heads/${branch}`);
  return {
    commit,
    ref: tip.ref,
    revision: revisionOf(branch, commit),
    ...(tip.oid !== commit && { historyOf: tip.oid }),
  };
}

/** `sha256` object names have 64 digits. */
export function revisionOf(
  pointer: string | undefined,
  commit: string,
): string {
  const digest = `${commit.length === 64 ? 'sha256' : 'sha1'}:${commit}`;
  return pointer ? `${pointer}@${digest}` : digest;
}

/** The tags of the newest version that matches; mostly one. */
function newestTags(
  expression: string,
  remote: readonly RemoteReference[],
): RemoteReference[] {
  const constraint = constraintOf(expression);
  let newest: { tags: RemoteReference[]; version: Version } | undefined;
  for (const tag of remote) {
    const version = tag.ref.startsWith(TAG_PREFIX)
      ? versionOf(tag.ref.slice(TAG_PREFIX.length))
      : undefined;
    if (!version || !constraint.check(version).matches) {
      continue;
    }
    const order = newest ? compareVersions(version, newest.version) : 1;
    if (order > 0) {
      newest = { tags: [tag], version };
    } else if (order === 0) {
      newest!.tags.push(tag);
    }
  }
  if (!newest) {
    throw new GitError(
      'GIT_REF_NOT_FOUND',
      `no match found for semver: ${expression}; the repository has no tag that is such a version`,
    );
  }
  return newest.tags;
}

function constraintOf(expression: string): Constraint {
  try {
    return Constraint.parse(expression);
  } catch (error) {
    assertError(error);
    throw new GitError(
      'GIT_REF_NOT_FOUND',
      `spec.ref.semver is no range of versions: ${error.message}`,
    );
  }
}

/** Tags that are no versions are passed over, as Flux does. */
function versionOf(tag: string): Version | undefined {
  try {
    return parseStrictVersion(tag);
  } catch {
    return undefined;
  }
}
