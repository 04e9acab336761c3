import type { Frame } from '../execute/Frame';
import { goQuote } from '../format/quote';
import { ChainNode, FieldNode, Operand, VariableNode } from '../parse/nodes';
import { printNode } from '../parse/printNode';
import { GoNil, GoStruct, GoTyped } from '../values/GoObject';
import {
  GoMap,
  indirect,
  isMap,
  kindOf,
  plain,
  typeOf,
} from '../values/inspect';
import { GoType } from '../values/GoType';
import { entryOf } from '../values/entries';
import { zeroOf } from '../values/zero';
import { Argument, compileArgument, compileOperand } from './compileArgument';
import { callMethod } from './compileCall';
import { compileVariable } from './compileVariable';
import { Eval, Unit } from './Unit';

/** `.a.b`, `$x.a` or `(pipeline).a`, perhaps a method with arguments. */
export function compileFields(
  unit: Unit,
  node: FieldNode | VariableNode | ChainNode,
  args: readonly Operand[],
  previous: Eval | undefined,
): Eval {
  const start = compileStart(unit, node);
  const names = node.kind === 'variable' ? node.names.slice(1) : node.names;
  const compiled = args.map(arg => compileArgument(unit, arg));
  const hasArguments = args.length > 0 || previous !== undefined;
  const { origin } = start;
  const isWrapped = (frame: Frame, parent: unknown, index: number): boolean =>
    index === 0
      ? origin !== 0 && frame.variables[origin] === true
      : typeOf(indirect(parent)).elem?.kind === 'interface';
  if (hasArguments) {
    return (frame, dot) => {
      const last = previous && { value: previous(frame, dot) };
      frame.node = node;
      let value = start.value(frame, dot);
      let parent: unknown;
      for (let i = 0; i < names.length; i++) {
        const call =
          i === names.length - 1 ? { args: compiled, last } : { args: [] };
        const wrapped = isWrapped(frame, parent, i);
        const next = fieldOf(frame, dot, value, names[i], {
          node,
          wrapped,
          ...call,
        });
        parent = value;
        value = next;
      }
      return value;
    };
  }
  return (frame, dot) => {
    frame.node = node;
    let value = start.value(frame, dot);
    let parent: unknown;
    for (let i = 0; i < names.length; i++) {
      let next = keyOf(value, names[i]);
      if (next === undefined) {
        const wrapped = isWrapped(frame, parent, i);
        next = fieldOf(frame, dot, value, names[i], {
          node,
          wrapped,
          args: [],
        });
      }
      parent = value;
      value = next;
    }
    return value;
  };
}

function compileStart(
  unit: Unit,
  node: FieldNode | VariableNode | ChainNode,
): { value: Eval; origin: number } {
  switch (node.kind) {
    case 'field':
      return { value: (_, dot) => dot, origin: unit.dotOrigin };
    case 'variable':
      return {
        value: compileVariable(unit, node),
        origin: unit.find(node.names[0])?.origin ?? 0,
      };
    default:
      return { value: compileChainStart(unit, node), origin: 0 };
  }
}

function compileChainStart(unit: Unit, node: ChainNode): Eval {
  if (node.node.kind === 'nil') {
    return frame => {
      throw frame.fail(
        `indirection through explicit nil in ${printNode(node)}`,
      );
    };
  }
  return compileOperand(unit, node.node);
}

/** The value of a key of a map of texts; undefined for all other cases. */
function keyOf(receiver: unknown, key: string): unknown {
  if (typeof receiver !== 'object') {
    return undefined;
  }
  const map =
    receiver instanceof GoTyped && !receiver.type.methods?.has(key)
      ? receiver.value
      : receiver;
  if (!isMap(map)) {
    return undefined;
  }
  const value = map[key];
  return (typeof value === 'function' || key === '__proto__') &&
    !Object.hasOwn(map, key)
    ? undefined
    : value;
}

interface Access {
  readonly node: FieldNode | VariableNode | ChainNode;
  /** Whether the receiver's static type is an interface, for messages. */
  readonly wrapped: boolean;
  readonly args: readonly Argument[];
  readonly last?: { readonly value: unknown };
}

/** A method, field or key. */
function fieldOf(
  frame: Frame,
  dot: unknown,
  receiver: unknown,
  name: string,
  access: Access,
): unknown {
  if (receiver === undefined) {
    if (frame.run.missingKey === 'error') {
      throw frame.fail(`nil data; no entry for key ${goQuote(name)}`);
    }
    return undefined;
  }
  if (receiver === null) {
    throw frame.fail(`nil pointer evaluating interface {}.${name}`);
  }
  const staticType = access.wrapped ? 'interface {}' : typeOf(receiver).name;
  const target = indirect(receiver);
  const method =
    typeOf(receiver).methods?.get(name) ?? typeOf(target).methods?.get(name);
  if (method) {
    return callMethod(frame, dot, {
      ...access,
      method,
      receiver: target,
      name,
    });
  }
  const hasArguments = access.args.length > 0 || access.last !== undefined;
  const type = typeOf(target);
  if (type.kind === 'map' && type.key?.kind !== 'string' && type.key) {
    throw frame.fail(`can't evaluate field ${name} in type ${staticType}`);
  }
  if (type.kind === 'map') {
    if (hasArguments) {
      throw frame.fail(`${name} is not a method but has arguments`);
    }
    return keyOrMissing(frame, target as GoMap, type, name);
  }
  if (target instanceof GoStruct && Object.hasOwn(target.fields, name)) {
    if (hasArguments) {
      throw frame.fail(
        `${name} has arguments but cannot be invoked as function`,
      );
    }
    return target.fields[name];
  }
  if (target instanceof GoNil && kindOf(target) === 'ptr') {
    const { elem } = target.type;
    if (elem?.kind !== 'struct' || elem.fields?.includes(name)) {
      throw frame.fail(`nil pointer evaluating ${staticType}.${name}`);
    }
  }
  throw frame.fail(`can't evaluate field ${name} in type ${staticType}`);
}

function keyOrMissing(
  frame: Frame,
  map: GoMap,
  type: GoType,
  name: string,
): unknown {
  const value = plain(map) === null ? undefined : entryOf(map, name);
  if (value !== undefined) {
    return value;
  }
  switch (frame.run.missingKey) {
    case 'error':
      throw frame.fail(`map has no entry for key ${goQuote(name)}`);
    case 'zero':
      return zeroOf(type.elem);
    default:
      return undefined;
  }
}
