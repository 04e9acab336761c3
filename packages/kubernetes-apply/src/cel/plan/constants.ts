import { Budget } from '../Budget';
import { Failure } from '../CelError';
import { callOverload, type Overload } from '../functions/Overload';
import type { Literal, Node } from '../syntax/Node';
import { Uint, type Value } from '../values/Value';
import { compilePattern } from './Patterns';

const CONVERSIONS = [
  'bool',
  'bytes',
  'double',
  'duration',
  'int',
  'string',
  'timestamp',
  'uint',
];

export function valueOf(literal: Literal): Value {
  switch (literal.type) {
    case 'null':
      return null;
    case 'uint':
      return new Uint(literal.value);
    default:
      return literal.value;
  }
}

/**
 * Converts what is written out, such as `duration('5m')`, once; and tells at
 * once where that, or a pattern, cannot work, as cel-go's optimisation does.
 *
 * @throws Failure with the offset of the constant
 */
export function evaluateConstant(
  name: string,
  overloads: readonly Overload[],
  args: readonly Node[],
): Value | undefined {
  const last = args[args.length - 1];
  if (last?.kind !== 'literal') return undefined;
  try {
    if (name === 'matches' && last.literal.type === 'string') {
      compilePattern(last.literal.value);
    }
    if (args.length !== 1 || !CONVERSIONS.includes(name)) return undefined;
    return callOverload(overloads, [valueOf(last.literal)], {
      budget: new Budget(),
      pattern: compilePattern,
    });
  } catch (error) {
    if (error instanceof Failure) error.offset ??= last.at;
    throw error;
  }
}
