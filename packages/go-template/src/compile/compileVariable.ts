import { VariableNode } from '../parse/nodes';
import { Eval, Unit } from './Unit';

/** The variable of the node, without the fields it may have. */
export function compileVariable(unit: Unit, node: VariableNode): Eval {
  const [name] = node.names;
  const variable = unit.find(name);
  if (!variable) {
    return frame => {
      frame.node = node;
      throw frame.fail(`undefined variable: ${name}`);
    };
  }
  const { slot } = variable;
  return frame => {
    frame.node = node;
    return frame.variables[slot];
  };
}
