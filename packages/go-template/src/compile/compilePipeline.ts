import { CommandNode, PipeNode } from '../parse/nodes';
import { printNode } from '../parse/printNode';
import { compileCommandCall } from './compileCall';
import { compileFields } from './compileFields';
import { compileVariable } from './compileVariable';
import { constantOf } from './constants';
import { Eval, Unit } from './Unit';

/**
 * A pipeline: each command gets the value of the one before as its last
 * argument. `origin` is that of the variable for the elements of a range.
 */
export function compilePipeline(
  unit: Unit,
  pipe: PipeNode,
  origin?: number,
): Eval {
  let value: Eval | undefined;
  for (const command of pipe.commands) {
    value = compileCommand(unit, command, value);
  }
  const last = value!;
  if (pipe.declared.length === 0) {
    return (frame, dot) => {
      frame.node = pipe;
      const result = last(frame, dot);
      return result === null ? undefined : result;
    };
  }
  const element = pipe.declared.length - 1;
  const variables = pipe.declared.map(({ names: [name] }, index) => ({
    name,
    variable: pipe.isAssign
      ? unit.find(name)
      : unit.declare(name, index === element ? origin : 0),
  }));
  return (frame, dot) => {
    frame.node = pipe;
    const result = last(frame, dot) ?? undefined;
    for (const { name, variable } of variables) {
      if (!variable) {
        throw frame.fail(`undefined variable: ${name}`);
      }
      frame.variables[variable.slot] = result;
      if (variable.origin !== 0) {
        frame.variables[variable.origin] = false;
      }
    }
    return result;
  };
}

/** Nil in an interface is no value for the next command. */
function unwrapped(previous: Eval | undefined): Eval | undefined {
  return (
    previous &&
    ((frame, dot) => {
      const value = previous(frame, dot);
      return value === null ? undefined : value;
    })
  );
}

function compileCommand(
  unit: Unit,
  command: CommandNode,
  before: Eval | undefined,
): Eval {
  const previous = unwrapped(before);
  const [first, ...args] = command.args;
  switch (first.kind) {
    case 'field':
    case 'chain':
      return compileFields(unit, first, args, previous);
    case 'identifier':
      return compileCommandCall(unit, first, command, args, previous);
    case 'variable':
      if (first.names.length > 1) {
        return compileFields(unit, first, args, previous);
      }
      break;
    default:
  }
  if (args.length > 0 || previous) {
    return (frame, dot) => {
      previous?.(frame, dot);
      if (first.kind !== 'pipe') {
        frame.node = first;
      }
      throw frame.fail(
        `can't give argument to non-function ${printNode(first)}`,
      );
    };
  }
  switch (first.kind) {
    case 'pipe':
      return compilePipeline(unit, first);
    case 'variable':
      return compileVariable(unit, first);
    case 'dot':
      return (frame, dot) => {
        frame.node = first;
        return dot;
      };
    case 'nil':
      return frame => {
        frame.node = first;
        throw frame.fail('nil is not a command');
      };
    default:
      return constantOf(first);
  }
}
