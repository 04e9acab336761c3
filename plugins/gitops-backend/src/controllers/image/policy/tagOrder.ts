import {
  compareVersions,
  Constraint,
  parseStrictVersion,
  Version,
} from '@backstage-gitops/helm';
import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import { ImagePolicySpec } from '@backstage-gitops/plugin-gitops-common';
import { InvalidPolicyError, NoTagError } from './InvalidPolicyError';

/** Why a tag does not come into question. */
export type Unfit = { unfit: 'not-a-version' | 'out-of-range' };

/** By what a policy orders tags. */
export interface TagOrder<V = unknown> {
  /**
   * What is compared of a text; {@link Unfit} where the text is passed over.
   *
   * @throws NoTagError where such a text is not allowed at all
   */
  read(text: string): V | Unfit;
  /** Whether one that comes later in the list takes the place of one before it. */
  replaces(later: V, before: V): boolean;
}

/**
 * The order of `spec.policy` (image-reflector-controller 1.2).
 *
 * @throws InvalidPolicyError
 */
export function tagOrderOf(policy: ImagePolicySpec['policy']): TagOrder {
  if (policy.semver) {
    return versionOrder(policy.semver.range);
  }
  if (policy.alphabetical) {
    const down = isDescending('alphabetical', policy.alphabetical.order);
    return {
      read: text => text,
      replaces: (later, before) => {
        const difference = compareCodePoints(later as string, before as string);
        return down ? difference < 0 : difference > 0;
      },
    };
  }
  if (policy.numerical) {
    const down = isDescending('numerical', policy.numerical.order);
    return {
      read: readNumber,
      // Of equal ones the last counts; a NaN takes any place, as its own is taken.
      replaces: (later, before) =>
        down
          ? !((later as number) > (before as number))
          : !((later as number) < (before as number)),
    };
  }
  throw new InvalidPolicyError(
    'the policy is empty: set one of spec.policy.semver, spec.policy.alphabetical and spec.policy.numerical',
  );
}

function versionOrder(range: string): TagOrder<Version> {
  let constraint: Constraint;
  try {
    constraint = Constraint.parse(range);
  } catch (error) {
    throw new InvalidPolicyError(
      `spec.policy.semver.range '${range}' is no range of versions: ${(error as Error).message}`,
    );
  }
  return {
    read: text => {
      const version = readVersion(text);
      if (!version) {
        return { unfit: 'not-a-version' };
      }
      return constraint.check(version).matches
        ? version
        : { unfit: 'out-of-range' };
    },
    replaces: (later, before) => compareVersions(later, before) > 0,
  };
}

/** Most tags that are no versions are told by their beginning, which is fast. */
const VERSION_LIKE = /^v?[0-9]+\.[0-9]+\.[0-9]/;

function readVersion(text: string): Version | undefined {
  if (!VERSION_LIKE.test(text)) {
    return undefined;
  }
  try {
    return parseStrictVersion(text);
  } catch {
    return undefined;
  }
}

const DECIMAL = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const INFINITE = /^([-+]?)(?:inf|infinity)$/i;

/** A decimal number, as `strconv.ParseFloat` of Go reads it. */
function readNumber(text: string): number {
  const infinite = INFINITE.exec(text);
  if (infinite) {
    return infinite[1] === '-' ? -Infinity : Infinity;
  }
  const number = DECIMAL.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(number) && !/^nan$/i.test(text)) {
    throw new NoTagError(
      `failed to parse invalid numeric value '${text.slice(0, 200)}'; leave such tags out by spec.filterTags`,
    );
  }
  return number;
}

function isDescending(kind: string, order: string | undefined): boolean {
  const upper = (order ?? '').toUpperCase();
  if (upper !== '' && upper !== 'ASC' && upper !== 'DESC') {
    throw new InvalidPolicyError(
      `spec.policy.${kind}.order is '${order}'; it is asc or desc`,
    );
  }
  return upper === 'DESC';
}
