import { Failure } from '../CelError';
import type { CallNode, LoopMacro, Node } from './Node';

const LOOPS: Record<string, LoopMacro> = {
  all: 'all',
  exists: 'exists',
  exists_one: 'exists_one',
  map: 'map',
  filter: 'filter',
};

/**
 * Calls that are not functions: their arguments are evaluated in their own
 * way. (cel-go 0.26, standard macros and those of its optional types.)
 */
export function expandMacro(call: CallNode): Node {
  const { target, name, args, at } = call;
  if (!target) {
    return name === 'has' && args.length === 1 ? expandHas(args[0], at) : call;
  }
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
    return {
      kind: 'optionalMap',
      target,
      variable: variableOf(args[0]),
      body: args[1],
      flat: name === 'optFlatMap',
      at,
    };
  }
  if (!Object.hasOwn(LOOPS, name)) return call;
  const macro = LOOPS[name];
  if (args.length !== 2 && !(macro === 'map' && args.length === 3)) return call;
  const last = args[args.length - 1];
  return {
    kind: 'loop',
    macro,
    range: target,
    variable: variableOf(args[0]),
    ...(macro === 'map'
      ? { predicate: args.length === 3 ? args[1] : undefined, transform: last }
      : { predicate: last }),
    at,
  };
}

function expandHas(argument: Node, at: number): Node {
  if (argument.kind !== 'select' || argument.optional) {
    throw new Failure('has() needs a field, such as has(status.phase)', at);
  }
  return {
    kind: 'has',
    operand: argument.operand,
    field: argument.field,
    at,
  };
}

function variableOf(node: Node): string {
  if (node.kind === 'name') return node.name;
  throw new Failure(
    'the first argument must be the name of a variable',
    node.at,
  );
}
