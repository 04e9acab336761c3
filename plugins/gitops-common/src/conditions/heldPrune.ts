import { GitopsAnnotation } from '../annotations';
import type { Condition, GitopsObject } from '../objects';
import { ConditionType } from './constants';

/**
 * The condition that says that a prune of the object is held, if one is. Its
 * message holds the digest of the set that would be deleted.
 *
 * @public
 */
export function heldPruneConditionOf(
  object: GitopsObject,
): Condition | undefined {
  const { conditions = [] }: { conditions?: Condition[] } = object.status ?? {};
  return conditions.find(
    ({ type, status }) => type === ConditionType.PruneHeld && status === 'True',
  );
}

/**
 * Whether the object carries an approval of the very prune that is held, and an
 * approval is all that it waits for.
 *
 * @public
 */
export function isPruneApproved(object: GitopsObject): boolean {
  const approval =
    object.metadata.annotations?.[GitopsAnnotation.approvedPrune]?.trim();
  const hold = heldPruneConditionOf(object);
  return (
    hold !== undefined &&
    hold.reason !== 'HomeReplaced' &&
    /^sha256:[0-9a-f]{64}$/.test(approval ?? '') &&
    hold.message.includes(approval!)
  );
}
