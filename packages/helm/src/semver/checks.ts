import { Comparator, Operator } from './comparator';
import {
  comparePrereleases,
  compareVersions,
  formatVersion,
  Version,
} from './version';

type Check = (v: Version, c: Comparator) => string | undefined;

const CHECKS: Readonly<Record<Operator, Check>> = {
  '': equal,
  '=': equal,
  '!=': notEqual,
  '>': greater,
  '<': less,
  '>=': notLess,
  '=>': notLess,
  '<=': notGreater,
  '=<': notGreater,
  '~': tilde,
  '~>': tilde,
  '^': caret,
};

function equal(v: Version, c: Comparator): string | undefined {
  if (c.dirty) return tilde(v, c);
  return compareVersions(v, c.version) === 0
    ? undefined
    : say(v, 'is not equal to', c);
}

function notEqual(v: Version, c: Comparator): string | undefined {
  const same = say(v, 'is equal to', c);
  if (c.dirty) {
    if (v.major !== c.version.major) return undefined;
    if (c.minorDirty) return same;
    if (v.minor !== c.version.minor) return undefined;
    if (c.patchDirty) {
      return comparePrereleases(v.prerelease, c.version.prerelease) === 0
        ? same
        : undefined;
    }
  }
  return compareVersions(v, c.version) === 0 ? same : undefined;
}

function greater(v: Version, c: Comparator): string | undefined {
  const reason = say(v, 'is less than or equal to', c);
  if (c.dirty) {
    if (v.major > c.version.major) return undefined;
    if (v.major < c.version.major) return reason;
    // >11 means beyond all of 11, and >11.1 beyond all of 11.1.
    if (c.minorDirty) return reason;
    if (c.patchDirty) return v.minor > c.version.minor ? undefined : reason;
  }
  return compareVersions(v, c.version) > 0 ? undefined : reason;
}

function less(v: Version, c: Comparator): string | undefined {
  return compareVersions(v, c.version) < 0
    ? undefined
    : say(v, 'is greater than or equal to', c);
}

function notLess(v: Version, c: Comparator): string | undefined {
  return compareVersions(v, c.version) >= 0
    ? undefined
    : say(v, 'is less than', c);
}

function notGreater(v: Version, c: Comparator): string | undefined {
  const reason = say(v, 'is greater than', c);
  if (!c.dirty) {
    return compareVersions(v, c.version) <= 0 ? undefined : reason;
  }
  if (v.major > c.version.major) return reason;
  return v.major === c.version.major &&
    v.minor > c.version.minor &&
    !c.minorDirty
    ? reason
    : undefined;
}

function tilde(v: Version, c: Comparator): string | undefined {
  if (compareVersions(v, c.version) < 0) return say(v, 'is less than', c);
  const { major, minor, patch } = c.version;
  // ~0.0.0 takes everything, and so does *.
  if (
    major === 0n &&
    minor === 0n &&
    patch === 0n &&
    !c.minorDirty &&
    !c.patchDirty
  ) {
    return undefined;
  }
  if (v.major !== major) {
    return say(v, 'does not have same major version as', c);
  }
  return v.minor !== minor && !c.minorDirty
    ? say(v, 'does not have same major and minor version as', c)
    : undefined;
}

function caret(v: Version, c: Comparator): string | undefined {
  if (compareVersions(v, c.version) < 0) return say(v, 'is less than', c);
  const { major, minor, patch } = c.version;
  if (v.major !== major) {
    return say(v, 'does not have same major version as', c);
  }
  if (major > 0n || c.minorDirty) return undefined;
  if (minor > 0n || c.patchDirty) {
    return v.minor === minor
      ? undefined
      : `${say(v, 'does not have same minor version as', c)}. Expected minor versions to match when constraint major version is 0`;
  }
  if (v.minor > 0n) return say(v, 'does not have same minor version as', c);
  return v.patch === patch
    ? undefined
    : `${say(v, 'does not equal', c)}. Expect version and constraint to equal when major and minor versions are 0`;
}

function say(v: Version, relation: string, c: Comparator): string {
  return `${formatVersion(v)} ${relation} ${c.text}`;
}

/**
 * Whether a version satisfies a comparison: `undefined` if so, else the reason
 * in the words of Masterminds semver, which Helm shows. That pre-releases are
 * allowed at all was decided before.
 */
export function check(
  version: Version,
  comparator: Comparator,
): string | undefined {
  return CHECKS[comparator.operator](version, comparator);
}
