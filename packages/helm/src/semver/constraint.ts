import { check } from './checks';
import { Comparator, PARTIAL, parseComparators } from './comparator';
import { SemverError } from './errors';
import { formatVersion, Version } from './version';

/**
 * The outcome of {@link Constraint.check}.
 *
 * @public
 */
export interface ConstraintResult {
  matches: boolean;
  /** Why not; empty if it matches. */
  reasons: string[];
}

/** Comparisons that must all hold. */
interface Group {
  comparators: Comparator[];
  /** One of them has a pre-release, so pre-releases are meant at all. */
  prereleases: boolean;
}

/** Longer constraints are refused unread. */
const LONGEST = 2048;

/**
 * A constraint over versions in the dialect of Masterminds semver 3.4, which
 * Helm 4 and Flux 2.9 use: `>=1.0.0 <2.0.0`, `~1.2`, `^1.2`, `1.x`, `!=1.3`, `1.2 - 1.4`,
 * alternatives with `||`. A pre-release matches only where a comparison of the
 * same alternative has one.
 *
 * @public
 */
export class Constraint {
  private constructor(
    /** The text that was parsed. */
    readonly text: string,
    private readonly groups: readonly Group[],
  ) {}

  /**
   * @throws {@link SemverError} `INVALID_CONSTRAINT`,
   * `INVALID_CONSTRAINT_VERSION`
   */
  static parse(text: string): Constraint {
    if (text.length > LONGEST) {
      throw new SemverError(
        'INVALID_CONSTRAINT',
        `improper constraint: longer than ${LONGEST} characters`,
        text.slice(0, 80),
      );
    }
    const groups = withoutRanges(text)
      .split('||')
      .map(part => {
        const comparators = parseComparators(part);
        return {
          comparators,
          prereleases: comparators.some(c => c.version.prerelease !== ''),
        };
      });
    return new Constraint(text, groups);
  }

  /** Whether a version satisfies the constraint, and if not, why. */
  check(version: Version): ConstraintResult {
    const reasons: string[] = [];
    let saidPrerelease = false;
    for (const { comparators, prereleases } of this.groups) {
      if (version.prerelease !== '' && !prereleases) {
        if (!saidPrerelease) {
          reasons.push(
            `${formatVersion(version)} is a prerelease version and the constraint is only looking for release versions`,
          );
        }
        saidPrerelease = true;
        continue;
      }
      const failed = comparators.flatMap(c => check(version, c) ?? []);
      if (failed.length === 0) return { matches: true, reasons: [] };
      reasons.push(...failed);
    }
    return { matches: false, reasons };
  }
}

const RANGE = new RegExp(
  `[\\t\\n\\f\\r ]*(${PARTIAL})[\\t\\n\\f\\r ]+-[\\t\\n\\f\\r ]+(${PARTIAL})[\\t\\n\\f\\r ]*`,
  'g',
);

/** `1.2 - 1.4` is short for `>= 1.2, <= 1.4`. */
function withoutRanges(text: string): string {
  return text.replace(RANGE, (...match: string[]) => {
    // Each version has four groups of its own.
    const [, from, , , , , to] = match;
    return `>= ${from}, <= ${to} `;
  });
}
