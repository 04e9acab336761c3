import {
  ANY,
  GoError,
  GoFunction,
  goFunction,
  goInt64,
} from '@backstage-gitops/go-template';
import { asDuration } from './asDuration';
import {
  goDuration,
  inUnits,
  roundDuration,
  SECOND,
  truncateDuration,
} from './Duration';

/** Undefined for what is no duration. */
function tryDuration(value: unknown): bigint | undefined {
  try {
    return asDuration(value);
  } catch (error) {
    if (error instanceof GoError) {
      return undefined;
    }
    throw error;
  }
}

/** What is no duration counts as none. */
function measure(call: (duration: bigint) => unknown): GoFunction {
  return goFunction([ANY], (value: unknown) => call(tryDuration(value) ?? 0n));
}

function byMultiple(call: (duration: bigint, of: bigint) => bigint) {
  return goFunction([ANY, ANY], (value: unknown, of: unknown) =>
    goDuration(call(tryDuration(value) ?? 0n, tryDuration(of) ?? 0n)),
  );
}

const HOUR = 3600n * SECOND;

/** Helm 4's functions of durations. */
export const durationFunctions: ReadonlyMap<string, GoFunction> = new Map([
  [
    'mustToDuration',
    goFunction([ANY], (value: unknown) => goDuration(asDuration(value))),
  ],
  ['durationNanoseconds', measure(goInt64)],
  ['durationMicroseconds', measure(duration => goInt64(duration / 1000n))],
  ['durationMilliseconds', measure(duration => goInt64(duration / 1_000_000n))],
  ['durationSeconds', measure(duration => inUnits(duration, SECOND))],
  ['durationMinutes', measure(duration => inUnits(duration, 60n * SECOND))],
  ['durationHours', measure(duration => inUnits(duration, HOUR))],
  ['durationDays', measure(duration => inUnits(duration, HOUR) / 24)],
  ['durationWeeks', measure(duration => inUnits(duration, HOUR) / 24 / 7)],
  ['durationRoundTo', byMultiple(roundDuration)],
  ['durationTruncateTo', byMultiple(truncateDuration)],
]);
