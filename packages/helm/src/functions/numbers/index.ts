import {
  ANY,
  GoFunction,
  goFunction,
  goInt,
  GoNumber,
  plain,
  sprint,
  STRING,
} from '@backstage-gitops/go-template';
import { arithmeticFunctions } from './arithmetic';
import { int64, toFloat64, toInt64 } from './cast';
import { floatFunctions } from './floats';
import { parseDecimal, parseInteger } from './parseNumber';
import { sequenceFunctions } from './sequences';

/** Reads octal digits; what is no text and no number has none. */
function toDecimal(value: unknown): unknown {
  const isScalar =
    value instanceof GoNumber || typeof plain(value) !== 'object';
  return int64((isScalar && parseInteger(sprint([value]), 8)) || 0);
}

/** Numbers: conversions, arithmetic, lists of integers. */
export const numberFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['int', goFunction([ANY], value => goInt(toInt64(value)))],
  ['int64', goFunction([ANY], value => int64(toInt64(value)))],
  ['float64', goFunction([ANY], toFloat64)],
  ['atoi', goFunction([STRING], (text: string) => goInt(parseDecimal(text)))],
  ['toDecimal', goFunction([ANY], toDecimal)],
  ...arithmeticFunctions,
  ...floatFunctions,
  ...sequenceFunctions,
]);
