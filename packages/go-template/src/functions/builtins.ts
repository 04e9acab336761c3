import { sprint, sprintln } from '../format/sprint';
import { sprintf } from '../format/sprintf';
import {
  GoFunc,
  goInt,
  GoNumber,
  GoPointer,
  integer,
} from '../values/GoObject';
import { isTrue, typeOf } from '../values/inspect';
import {
  ANY,
  canBeNil,
  GoFunction,
  GoType,
  isAssignable,
  STRING,
  VALUE,
} from '../values/GoType';
import { eq, le, lt } from './compare';
import { escapeHtml, escapeJs, escapeQuery } from './escape';
import { GoError, goFunction } from './goFunction';
import { index, length, slice } from './indexing';

const many = { variadic: VALUE };

/** Short-circuits; the compiler knows it. */
export const AND = goFunction([VALUE], unreachable, many);
/** Short-circuits; the compiler knows it. */
export const OR = goFunction([VALUE], unreachable, many);
/** Gets the name of the callee before its arguments. */
export const CALL = goFunction([VALUE], callValue, many);

function unreachable(): never {
  throw new GoError('and and or are compiled');
}

/** The functions every template has. @public */
export const BUILTINS: ReadonlyMap<string, GoFunction> = new Map([
  ['and', AND],
  ['or', OR],
  ['call', CALL],
  ['not', goFunction([VALUE], value => !isTrue(value))],
  ['len', goFunction([VALUE], item => goInt(length(item)))],
  ['index', goFunction([VALUE], (item, ...at) => index(item, at), many)],
  ['slice', goFunction([VALUE], (item, ...at) => slice(item, at), many)],
  ['eq', goFunction([VALUE], (a, ...others) => eq(a, others), many)],
  ['ne', goFunction([VALUE, VALUE], (a, b) => !eq(a, [b]))],
  ['lt', goFunction([VALUE, VALUE], lt)],
  ['le', goFunction([VALUE, VALUE], le)],
  ['gt', goFunction([VALUE, VALUE], (a, b) => !le(a, b))],
  ['ge', goFunction([VALUE, VALUE], (a, b) => !lt(a, b))],
  ['print', goFunction([], (...args) => sprint(args), { variadic: ANY })],
  ['println', goFunction([], (...args) => sprintln(args), { variadic: ANY })],
  [
    'printf',
    goFunction(
      [STRING],
      (format: string, ...args: readonly unknown[]) => sprintf(format, args),
      { variadic: ANY },
    ),
  ],
  ['html', escaper(escapeHtml)],
  ['js', escaper(escapeJs)],
  ['urlquery', escaper(escapeQuery)],
]);

function escaper(escape: (text: string) => string): GoFunction {
  return goFunction([], (...args) => escape(sprint(args.map(printable))), {
    variadic: ANY,
  });
}

/** Here nil is `<no value>`, and pointers are what they point to. */
function printable(value: unknown): unknown {
  if (value === null || value === undefined) {
    return '<no value>';
  }
  return value instanceof GoPointer && !value.type.text
    ? printable(value.target)
    : value;
}

function callValue(
  name: string,
  callee: unknown,
  ...args: readonly unknown[]
): unknown {
  if (callee === undefined || callee === null) {
    throw new GoError('call of nil');
  }
  if (!(callee instanceof GoFunc)) {
    throw new GoError(`non-function ${name} of type ${typeOf(callee).name}`);
  }
  const { parameters, variadic, call, needsRun } = callee.fn;
  const wanted = parameters.length;
  if (variadic ? args.length < wanted : args.length !== wanted) {
    throw new GoError(
      `wrong number of args for ${name}: got ${args.length} want ${
        variadic ? 'at least ' : ''
      }${wanted}`,
    );
  }
  if (needsRun) {
    throw new GoError(`${name} can be called by its name only`);
  }
  const values = args.map((arg, i) => {
    const problem = { prefix: `arg ${i}: ` };
    return convertArgument(arg, parameters[i] ?? variadic!, problem.prefix);
  });
  return call(...values);
}

/** `call` converts integers to the type of the parameter. */
function convertArgument(
  value: unknown,
  type: GoType,
  prefix: string,
): unknown {
  if (value === undefined || value === null) {
    if (!canBeNil(type)) {
      throw new GoError(
        `${prefix}value is nil; should be of type ${type.name}`,
      );
    }
    return null;
  }
  const actual = typeOf(value);
  if (type === VALUE || isAssignable(actual, type)) {
    return value;
  }
  if (value instanceof GoNumber && isInteger(actual) && isInteger(type)) {
    return integer(type, value.value);
  }
  throw new GoError(
    `${prefix}value has type ${actual.name}; should be ${type.name}`,
  );
}

function isInteger({ kind }: GoType): boolean {
  return /^u?int(8|16|32|64|ptr)?$/.test(kind);
}
