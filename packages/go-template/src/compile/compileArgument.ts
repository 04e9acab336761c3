import { Operand } from '../parse/nodes';
import { ANY, canBeNil, GoType, VALUE } from '../values/GoType';
import { compileArgumentCall } from './compileCall';
import { compileFields } from './compileFields';
import { compilePipeline } from './compilePipeline';
import { compileVariable } from './compileVariable';
import { constantOf, literalFor } from './constants';
import { Eval, Unit } from './Unit';
import { validate } from './validate';

/** An argument, for whichever type its parameter has. */
export type Argument = (type: GoType) => Eval;

/**
 * Compiles an argument. Its parameter's type may be known only when it is
 * executed, where the function is a method.
 */
export function compileArgument(unit: Unit, node: Operand): Argument {
  switch (node.kind) {
    case 'bool':
    case 'string':
    case 'number':
      return type =>
        type === VALUE || type.name === ANY.name
          ? constantOf(node)
          : literalFor(node, type);
    case 'nil':
      return type => frame => {
        frame.node = node;
        if (!canBeNil(type)) {
          throw frame.fail(`cannot assign nil to ${type.name}`);
        }
        return type === VALUE ? undefined : null;
      };
    case 'dot':
      return type => (frame, dot) => {
        frame.node = node;
        return validate(frame, dot, type);
      };
    default: {
      const value = compileOperand(unit, node);
      return type => checked(value, type);
    }
  }
}

/** A field, variable, function, pipeline or chain that stands for itself. */
export function compileOperand(unit: Unit, node: Operand): Eval {
  switch (node.kind) {
    case 'field':
    case 'chain':
      return compileFields(unit, node, [], undefined);
    case 'variable':
      return node.names.length > 1
        ? compileFields(unit, node, [], undefined)
        : compileVariable(unit, node);
    case 'identifier':
      return compileArgumentCall(unit, node);
    case 'pipe':
      return compilePipeline(unit, node);
    default:
      throw new Error(`unknown operand ${node.kind}`);
  }
}

function checked(value: Eval, type: GoType): Eval {
  if (type === VALUE) {
    return value;
  }
  if (type === ANY) {
    return (frame, dot) => {
      const result = value(frame, dot);
      return result === undefined ? null : result;
    };
  }
  if (type.name === 'string') {
    return (frame, dot) => {
      const result = value(frame, dot);
      return typeof result === 'string'
        ? result
        : validate(frame, result, type);
    };
  }
  return (frame, dot) => validate(frame, value(frame, dot), type);
}
