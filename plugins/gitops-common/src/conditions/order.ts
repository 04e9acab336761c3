import { Condition } from '../objects';
import { ConditionType } from './constants';

const FIRST: readonly string[] = [
  ConditionType.Stalled,
  ConditionType.Reconciling,
  ConditionType.Ready,
];

/**
 * The order in which Flux writes conditions: Stalled, Reconciling, Ready, then
 * the freshest generation, then by name.
 *
 * @public
 */
export function sortConditions(conditions: readonly Condition[]): Condition[] {
  return [...conditions].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (b.observedGeneration ?? 0) - (a.observedGeneration ?? 0) ||
      (a.type < b.type ? -1 : Number(a.type > b.type)),
  );
}

function rank(condition: Condition): number {
  const index = FIRST.indexOf(condition.type);
  return index < 0 ? FIRST.length : index;
}
