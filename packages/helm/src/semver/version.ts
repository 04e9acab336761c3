import { SemverError } from './errors';

/**
 * A version, taken apart.
 *
 * @public
 */
export interface Version {
  /** 64 bits, as Go has them. */
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Without the dash; empty for a release. */
  readonly prerelease: string;
  /** Without the plus; has no part in comparisons. */
  readonly metadata: string;
  /** The text that was parsed. */
  readonly original: string;
}

const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const VERSION = new RegExp(
  `^v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(${IDENTIFIERS}))?(?:\\+(${IDENTIFIERS}))?$`,
);
const MAX_UINT64 = 2n ** 64n - 1n;

/** Longer text is not even looked at; the longest versions in use have dozens. */
const LONGEST = 2048;

/**
 * Parses a version as Helm does (Masterminds semver 3.4, `NewVersion`): a `v` may
 * precede it, minor and patch may be missing, numbers may have leading zeros,
 * those of a pre-release may not.
 *
 * @throws {@link SemverError} `INVALID_VERSION`, `LEADING_ZERO`, `OUT_OF_RANGE`
 * @public
 */
export function parseVersion(text: string): Version {
  const match = text.length <= LONGEST ? VERSION.exec(text) : null;
  if (!match) {
    throw new SemverError(
      'INVALID_VERSION',
      `invalid semantic version: ${quote(text)}; expected something like 1.2.3 or v1.2.3-rc.1`,
      text,
    );
  }
  const [, major, minor = '0', patch = '0', prerelease = '', metadata = ''] =
    match;
  if (prerelease.split('.').some(part => /^0[0-9]+$/.test(part))) {
    throw new SemverError(
      'LEADING_ZERO',
      `version segment starts with 0: pre-release of ${quote(text)}`,
      text,
    );
  }
  return {
    major: toNumber(major, text),
    minor: toNumber(minor, text),
    patch: toNumber(patch, text),
    prerelease,
    metadata,
    original: text,
  };
}

/**
 * Parses a version as Flux does for tags of Git and OCI (fluxcd/pkg `version`
 * of Flux 2.9): as {@link parseVersion}, but the text must have three parts when
 * split at its first two dots, so that `1.2` is none.
 *
 * @throws {@link SemverError}
 * @public
 */
export function parseStrictVersion(text: string): Version {
  if (text.split('.', 3).length < 3) {
    throw new SemverError(
      'INVALID_VERSION',
      `invalid semantic version: ${quote(text)}; expected three numbers, such as 1.2.3`,
      text,
    );
  }
  return parseVersion(text);
}

/**
 * The canonical text: three numbers, pre-release, metadata; no `v`.
 *
 * @public
 */
export function formatVersion(version: Version): string {
  const { major, minor, patch, prerelease, metadata } = version;
  return `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${
    metadata && `+${metadata}`
  }`;
}

/**
 * -1, 0 or 1 as `a` precedes, equals or follows `b`; metadata is ignored.
 *
 * @public
 */
export function compareVersions(a: Version, b: Version): -1 | 0 | 1 {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
}

/** A release follows all its pre-releases. */
export function comparePrereleases(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareIdentifiers(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Missing before numbers, numbers before words. */
function compareIdentifiers(
  a: string | undefined,
  b: string | undefined,
): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const left = asNumber(a);
  const right = asNumber(b);
  if (left !== undefined && right !== undefined) return left < right ? -1 : 1;
  if (left !== undefined) return -1;
  if (right !== undefined) return 1;
  return a < b ? -1 : 1;
}

/** Beyond 64 bits digits are a word, as in Go. */
function asNumber(text: string): bigint | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > MAX_UINT64 ? undefined : value;
}

function toNumber(digits: string, text: string): bigint {
  const value = BigInt(digits);
  if (value > MAX_UINT64) {
    throw new SemverError(
      'OUT_OF_RANGE',
      `error parsing version segment: ${digits} of ${quote(text)} is out of range`,
      text,
    );
  }
  return value;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
