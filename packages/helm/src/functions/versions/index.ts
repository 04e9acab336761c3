import {
  byteLength,
  GoError,
  GoFunction,
  goFunction,
  goQuote,
  STRING,
} from '@backstage-gitops/go-template';
import { Constraint, parseVersion, SemverError, Version } from '../../semver';
import { VersionValue } from './VersionValue';

export { VersionValue } from './VersionValue';

/** Limits of Masterminds semver 3.5, in bytes. */
const LONGEST_VERSION = 256;
const LONGEST_CONSTRAINT = 512;

/** A chart has few constraints, in many places. */
const CACHED = 256;

/** The library's own words for what is wrong. */
function translate(error: unknown, text: string): unknown {
  if (!(error instanceof SemverError)) {
    return error;
  }
  switch (error.code) {
    case 'LEADING_ZERO':
      return new GoError('version segment starts with 0');
    case 'OUT_OF_RANGE':
      return new GoError(
        `error parsing version segment: strconv.ParseUint: parsing ${goQuote(
          firstTooLarge(text),
        )}: value out of range`,
      );
    case 'INVALID_CONSTRAINT_VERSION':
      return new GoError('constraint parser error');
    case 'INVALID_CONSTRAINT':
      return new GoError(error.message);
    default:
      return new GoError('invalid semantic version');
  }
}

function firstTooLarge(text: string): string {
  const numbers = /^v?([0-9.]*)/.exec(text)![1].split('.');
  return numbers.find(digits => BigInt(digits) >= 2n ** 64n) ?? text;
}

function readVersion(text: string): Version {
  if (byteLength(text) > LONGEST_VERSION) {
    throw new GoError(
      `version string is too long (max ${LONGEST_VERSION} bytes)`,
    );
  }
  try {
    return parseVersion(text);
  } catch (error) {
    throw translate(error, text);
  }
}

function readConstraint(text: string): Constraint {
  if (byteLength(text) > LONGEST_CONSTRAINT) {
    throw new GoError(
      `constraint string is too long (max ${LONGEST_CONSTRAINT} bytes)`,
    );
  }
  try {
    return Constraint.parse(text);
  } catch (error) {
    throw translate(error, text);
  }
}

/** `semver` and `semverCompare` of sprig 3.3, with Masterminds semver 3.5. */
export function createVersionFunctions(): ReadonlyMap<string, GoFunction> {
  const constraints = new Map<string, Constraint>();
  const constraintOf = (text: string) => {
    let constraint = constraints.get(text);
    if (!constraint) {
      constraint = readConstraint(text);
      if (constraints.size >= CACHED) {
        constraints.clear();
      }
      constraints.set(text, constraint);
    }
    return constraint;
  };
  return new Map([
    [
      'semver',
      goFunction(
        [STRING],
        (text: string) => new VersionValue(readVersion(text)).pointer,
      ),
    ],
    [
      'semverCompare',
      goFunction([STRING, STRING], (constraint: string, version: string) => {
        const wanted = constraintOf(constraint);
        return wanted.check(readVersion(version)).matches;
      }),
    ],
  ]);
}
