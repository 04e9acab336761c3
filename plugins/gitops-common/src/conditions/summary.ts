import { Condition, ConditionStatus } from '../objects';
import { ConditionType, NEGATIVE_CONDITION_TYPES } from './constants';

/**
 * What Ready says, and which condition said it.
 *
 * @public
 */
export interface ReadySummary {
  status: ConditionStatus;
  reason: string;
  message: string;
  /** Type of the condition that decided. */
  from: string;
}

const STATUS_OF_RANK: readonly ConditionStatus[] = [
  'False',
  'False',
  'True',
  'Unknown',
  'Unknown',
];

/**
 * Ready out of the other conditions, as Flux's sources and releases have it
 * (Flux 2.9): bad news that holds, then good news that does not, then good
 * news, then bad news that does not hold, then what is unknown. Within a
 * rank the first of `priority` wins. `undefined` where none of them is set.
 *
 * @param priority - the types that count, the weightiest first
 * @public
 */
export function summarizeReady(
  conditions: readonly Condition[],
  priority: readonly string[],
): ReadySummary | undefined {
  let winner: Condition | undefined;
  for (const type of priority) {
    const candidate = conditions.find(c => c.type === type);
    if (!candidate || type === ConditionType.Ready) continue;
    if (!winner || rank(candidate) < rank(winner)) winner = candidate;
  }
  if (!winner) return undefined;
  return {
    status: STATUS_OF_RANK[rank(winner)],
    reason: winner.reason,
    message: winner.message,
    from: winner.type,
  };
}

function rank({ type, status }: Condition): number {
  if (status === 'Unknown') return 4;
  return NEGATIVE_CONDITION_TYPES.has(type)
    ? { True: 0, False: 3 }[status]
    : { False: 1, True: 2 }[status];
}
