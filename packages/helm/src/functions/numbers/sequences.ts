import {
  GoFunction,
  goFunction,
  goInt,
  GoNumber,
  GoTyped,
  INT,
  sliceType,
} from '@backstage-gitops/go-template';
import { checkListLength } from '../bounds';
import { wrap } from './cast';
import type { Int64 } from './parseNumber';

const INT_SLICE = sliceType(INT);

/** The integers from `start` to before `stop`; none where it leads nowhere. */
function range(start: Int64, stop: Int64, step: Int64): Int64[] {
  const leads = stop < start ? step < 0 : stop > start && step > 0;
  if (!leads) {
    return [];
  }
  const distance = BigInt(stop) - BigInt(start);
  const count = Number(distance / BigInt(step)) + 1;
  checkListLength(count - 1);
  const list: Int64[] = [];
  if (
    typeof start === 'number' &&
    typeof stop === 'number' &&
    typeof step === 'number'
  ) {
    for (let i = start; step > 0 ? i < stop : i > stop; i += step) {
      list.push(i);
    }
    return list;
  }
  const [last, by] = [BigInt(stop), BigInt(step)];
  for (let i = BigInt(start); by > 0n ? i < last : i > last; i += by) {
    list.push(wrap(i));
  }
  return list;
}

function untilStep(start: GoNumber, stop: GoNumber, step: GoNumber): GoTyped {
  const list = range(start.value, stop.value, step.value);
  return new GoTyped(INT_SLICE, list.map(goInt));
}

function until(count: GoNumber): GoTyped {
  return untilStep(goInt(0), count, goInt(count.value < 0 ? -1 : 1));
}

/** As the program of that name, with blanks between. */
function seq(...parameters: readonly GoNumber[]): string {
  const values = parameters.map(({ value }) => value);
  if (values.length === 0 || values.length > 3) {
    return '';
  }
  const start = values.length === 1 ? 1 : values[0];
  const end = values[values.length - 1];
  const direction = end < start ? -1 : 1;
  const step = values.length === 3 ? values[1] : direction;
  if (end < start && step > 0) {
    return '';
  }
  const stop = wrap(BigInt(end) + BigInt(direction));
  return range(start, stop, step).join(' ');
}

/** Lists of integers. */
export const sequenceFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['until', goFunction([INT], until)],
  ['untilStep', goFunction([INT, INT, INT], untilStep)],
  ['seq', goFunction([], seq, { variadic: INT })],
]);
