import type { Frame } from '../execute/Frame';
import { AnyNode, CommandNode, IdentifierNode, Operand } from '../parse/nodes';
import { printNode } from '../parse/printNode';
import { AND, CALL, OR } from '../functions/builtins';
import { isTrue, typeOf } from '../values/inspect';
import { GoFunction, GoType, VALUE } from '../values/GoType';
import { Argument, compileArgument } from './compileArgument';
import { Eval, Unit } from './Unit';
import { validate } from './validate';

/** A function as the first word of a command. */
export function compileCommandCall(
  unit: Unit,
  node: IdentifierNode,
  command: CommandNode,
  args: readonly Operand[],
  previous: Eval | undefined,
): Eval {
  const fn = unit.functions.get(node.name)!;
  const compiled = args.map(arg => compileArgument(unit, arg));
  if (fn === AND || fn === OR) {
    return compileLogic(node, fn === OR, compiled, previous);
  }
  if (fn === CALL) {
    // The callee's name, for messages, is what stands there.
    const callee = (last: unknown) =>
      args.length > 0 ? printNode(args[0]) : describe(last);
    return compileCall(node, command, fn, compiled, previous, callee);
  }
  return compileCall(node, command, fn, compiled, previous);
}

/** What reflection says of a value that has no name. */
function describe(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return `<${value === undefined ? 'invalid' : typeOf(value).name} Value>`;
}

/** A function as an argument, without arguments of its own. */
export function compileArgumentCall(unit: Unit, node: IdentifierNode): Eval {
  const fn = unit.functions.get(node.name)!;
  return compileCall(node, node, fn, [], undefined);
}

/** Arguments after the first that decides are not evaluated. */
function compileLogic(
  node: IdentifierNode,
  decisive: boolean,
  args: readonly Argument[],
  previous: Eval | undefined,
): Eval {
  const evals = args.map(arg => arg(VALUE));
  return (frame, dot) => {
    const last = previous?.(frame, dot);
    frame.node = node;
    if (evals.length === 0 && !previous) {
      throw frame.fail(
        `wrong number of args for ${node.name}: want at least 1 got 0`,
      );
    }
    let value: unknown;
    for (const evaluate of evals) {
      value = evaluate(frame, dot);
      if (isTrue(value) === decisive) {
        return value;
      }
    }
    return previous ? last : value;
  };
}

/** What is wrong with the number of arguments, if anything is. */
function countProblem(
  fn: GoFunction,
  name: string,
  fixed: number,
  given: number,
  hasLast: boolean,
): string | undefined {
  const total = given + (hasLast ? 1 : 0);
  if (fn.variadic) {
    return total < fixed
      ? `wrong number of args for ${name}: want at least ${fixed} got ${given}`
      : undefined;
  }
  return total === fixed
    ? undefined
    : `wrong number of args for ${name}: want ${fixed} got ${total}`;
}

function compileCall(
  node: IdentifierNode,
  callNode: AnyNode,
  fn: GoFunction,
  args: readonly Argument[],
  previous: Eval | undefined,
  /** What the function gets before its arguments. */
  extra?: (last: unknown) => unknown,
): Eval {
  const { name } = node;
  const types = [...fn.parameters];
  const problem = countProblem(
    fn,
    name,
    types.length,
    args.length,
    previous !== undefined,
  );
  if (problem !== undefined) {
    return (frame, dot) => {
      previous?.(frame, dot);
      frame.node = node;
      throw frame.fail(problem);
    };
  }
  const typeOfArgument = (i: number): GoType =>
    i < types.length ? types[i] : fn.variadic!;
  const evals = args.map((arg, i) => arg(typeOfArgument(i)));
  if (previous && !fn.needsRun && !extra && evals.length <= 2) {
    const lastType = typeOfArgument(evals.length);
    return compilePipedCall(node, callNode, fn, evals, previous, lastType);
  }
  if (previous || fn.needsRun || extra || evals.length > 2) {
    const lastType = previous && typeOfArgument(evals.length);
    return (frame, dot) => {
      const last = previous?.(frame, dot);
      frame.node = node;
      const values: unknown[] = [];
      if (fn.needsRun) {
        values.push(frame.run);
      }
      if (extra) {
        values.push(extra(last));
      }
      for (let i = 0; i < evals.length; i++) {
        values.push(evals[i](frame, dot));
      }
      if (lastType) {
        values.push(validate(frame, last, lastType));
      }
      return invoke(frame, fn, name, callNode, values);
    };
  }
  return compileSmallCall(node, callNode, fn, evals);
}

/** Most functions behind a `|` have no more than two arguments before it. */
function compilePipedCall(
  node: IdentifierNode,
  callNode: AnyNode,
  fn: GoFunction,
  evals: readonly Eval[],
  previous: Eval,
  lastType: GoType,
): Eval {
  const { name } = node;
  const isText = lastType.name === 'string';
  const [first, second] = evals;
  const lastOf = (frame: Frame, value: unknown): unknown =>
    isText && typeof value === 'string'
      ? value
      : validate(frame, value, lastType);
  if (!first) {
    return (frame, dot) => {
      const last = previous(frame, dot);
      frame.node = node;
      const value = lastOf(frame, last);
      try {
        return fn.call(value);
      } catch (error) {
        throw frame.failCall(name, callNode, error);
      }
    };
  }
  if (evals.length === 1) {
    return (frame, dot) => {
      const last = previous(frame, dot);
      frame.node = node;
      const a = first(frame, dot);
      const value = lastOf(frame, last);
      try {
        return fn.call(a, value);
      } catch (error) {
        throw frame.failCall(name, callNode, error);
      }
    };
  }
  return (frame, dot) => {
    const last = previous(frame, dot);
    frame.node = node;
    const a = first(frame, dot);
    const b = second(frame, dot);
    const value = lastOf(frame, last);
    try {
      return fn.call(a, b, value);
    } catch (error) {
      throw frame.failCall(name, callNode, error);
    }
  };
}

/** Most calls have no more than two arguments. */
function compileSmallCall(
  node: IdentifierNode,
  callNode: AnyNode,
  fn: GoFunction,
  evals: readonly Eval[],
): Eval {
  const { name } = node;
  const [first, second] = evals;
  if (!first) {
    return frame => {
      frame.node = node;
      try {
        return fn.call();
      } catch (error) {
        throw frame.failCall(name, callNode, error);
      }
    };
  }
  if (!second) {
    return (frame, dot) => {
      frame.node = node;
      const value = first(frame, dot);
      try {
        return fn.call(value);
      } catch (error) {
        throw frame.failCall(name, callNode, error);
      }
    };
  }
  return (frame, dot) => {
    frame.node = node;
    const a = first(frame, dot);
    const b = second(frame, dot);
    try {
      return fn.call(a, b);
    } catch (error) {
      throw frame.failCall(name, callNode, error);
    }
  };
}

function invoke(
  frame: Frame,
  fn: GoFunction,
  name: string,
  callNode: AnyNode,
  values: readonly unknown[],
): unknown {
  try {
    return fn.call(...values);
  } catch (error) {
    throw frame.failCall(name, callNode, error);
  }
}

/** Calls a method, whose receiver is its first parameter. */
export function callMethod(
  frame: Frame,
  dot: unknown,
  options: {
    method: GoFunction;
    receiver: unknown;
    name: string;
    node: AnyNode;
    args: readonly Argument[];
    last?: { readonly value: unknown };
  },
): unknown {
  const { method, receiver, name, node, args, last } = options;
  const types = method.parameters.slice(1);
  const problem = countProblem(
    method,
    name,
    types.length,
    args.length,
    last !== undefined,
  );
  if (problem !== undefined) {
    throw frame.fail(problem);
  }
  const typeOfArgument = (i: number): GoType =>
    i < types.length ? types[i] : method.variadic!;
  const values = args.map((arg, i) => arg(typeOfArgument(i))(frame, dot));
  if (last) {
    values.push(validate(frame, last.value, typeOfArgument(args.length)));
  }
  return invoke(
    frame,
    method,
    name,
    node,
    method.needsRun ? [frame.run, receiver, ...values] : [receiver, ...values],
  );
}
