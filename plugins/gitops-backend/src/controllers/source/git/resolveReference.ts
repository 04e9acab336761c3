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
}

/** What is to be fetched. */
export interface GitTarget {
  /** Commit. Undefined when only the history of `ref` can tell (ref.commit). */
  commit: string;
  /** Full name of the reference that leads to it; undefined for a bare commit. */
  ref?: string;
  /** Flux's revision, such as `main@sha1:…`. */
  revision: string;
  /** The commit has to be found in the history of `ref`. */
  needsHistory: boolean;
}

/** Flux's default branch (2.9). */
const DEFAULT_BRANCH = 'master';

/** The references that must be listed to resolve a spec, as prefixes. */
export function referencePrefixes(ref: GitRepositorySpec['ref']): string[] {
  if (ref?.commit) {
    return ref.branch ? [`refs/heads/${ref.branch}`] : [];
  }
  if (ref?.name) {
    return [ref.name];
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
export function resolveReference(
  ref: GitRepositorySpec['ref'],
  remote: readonly RemoteReference[],
): GitTarget {
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
  const target = (name: string, pointer: string): GitTarget => {
    const found = find(name);
    const commit = found.peeled ?? found.oid;
    return {
      commit,
      ref: name,
      revision: revisionOf(pointer, commit),
      needsHistory: false,
    };
  };
  if (ref?.commit) {
    if (!ref.branch) {
      return {
        commit: ref.commit,
        revision: revisionOf(undefined, ref.commit),
        needsHistory: false,
      };
    }
    const branch = find(`refs/heads/${ref.branch}`);
    return {
      commit: ref.commit,
      ref: branch.ref,
      revision: revisionOf(ref.branch, ref.commit),
      needsHistory: branch.oid !== ref.commit,
    };
  }
  if (ref?.name) {
    return target(ref.name, ref.name);
  }
  if (ref?.tag) {
    return target(`refs/tags/${ref.tag}`, ref.tag);
  }
  if (ref?.semver) {
    const tag = newestTag(ref.semver, remote);
    return target(`refs/tags/${tag}`, tag);
  }
  const branch = ref?.branch ?? DEFAULT_BRANCH;
  return target(`refs/heads/${branch}`, branch);
}

/** `sha256` object names have 64 digits. */
export function revisionOf(
  pointer: string | undefined,
  commit: string,
): string {
  const digest = `${commit.length === 64 ? 'sha256' : 'sha1'}:${commit}`;
  return pointer ? `${pointer}@${digest}` : digest;
}

const TAG_PREFIX = 'refs/tags/';

function newestTag(
  expression: string,
  remote: readonly RemoteReference[],
): string {
  const constraint = Constraint.parse(expression);
  let newest: { tag: string; version: Version } | undefined;
  for (const { ref } of remote) {
    if (!ref.startsWith(TAG_PREFIX)) {
      continue;
    }
    const tag = ref.slice(TAG_PREFIX.length);
    const version = versionOf(tag);
    if (
      version &&
      constraint.check(version).matches &&
      (!newest || compareVersions(version, newest.version) > 0)
    ) {
      newest = { tag, version };
    }
  }
  if (!newest) {
    throw new GitError(
      'GIT_REF_NOT_FOUND',
      `no match found for semver: ${expression}; the repository has no tag that is such a version`,
    );
  }
  return newest.tag;
}

/** Tags that are no versions are passed over, as Flux does. */
function versionOf(tag: string): Version | undefined {
  try {
    return parseStrictVersion(tag);
  } catch {
    return undefined;
  }
}
