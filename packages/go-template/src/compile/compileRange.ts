import type { Frame } from '../execute/Frame';
import { sprint } from '../format/sprint';
import { BranchNode, ListNode } from '../parse/nodes';
import { sortedEntries } from '../values/entries';
import { goInt, GoNumber, integer } from '../values/GoObject';
import { elementsOf, indirect, isNil, typeOf } from '../values/inspect';
import { compilePipeline } from './compilePipeline';
import { BREAK, Exec, Flow, NEXT, Unit, Variable } from './Unit';

/**
 * Lists, maps in the order of their keys, and integers. Variables of the range
 * hold its whole value first, which the else list can see.
 */
export function compileRange(
  unit: Unit,
  node: BranchNode,
  compileList: (unit: Unit, list: ListNode) => Exec,
): Exec {
  return unit.scoped(() => {
    const { pipe: pipeNode, otherwise: elseNode } = node;
    const origin = unit.newSlot();
    const variableOrigin = pipeNode.declared.length > 0 ? unit.newSlot() : 0;
    const pipe = compilePipeline(unit, pipeNode, variableOrigin);
    const variables = pipeNode.declared.map(({ names }) => unit.find(names[0]));
    const isPair = variables.length > 1;
    const setKey = isPair ? store(variables[0], 0) : undefined;
    const setElement =
      variables.length > 0
        ? store(variables[isPair ? 1 : 0], origin)
        : undefined;
    const body = unit.scoped(() => compileList(unit, node.list), origin);
    const otherwise =
      elseNode && unit.scoped(() => compileList(unit, elseNode));

    const iterate = (frame: Frame, key: unknown, element: unknown): Flow => {
      frame.run.spend();
      if (setElement) {
        setElement(frame, element);
      }
      if (setKey) {
        setKey(frame, key);
      }
      return body(frame, element);
    };

    return (frame, dot) => {
      frame.node = node;
      const value = indirect(pipe(frame, dot));
      const { elem } = typeOf(value);
      frame.variables[origin] = elem === undefined || elem.kind === 'interface';
      if (value instanceof GoNumber && isInteger(value)) {
        if (isPair) {
          throw frame.fail(
            `can't use ${sprint([value])} to iterate over more than one variable`,
          );
        }
        frame.variables[origin] = false;
        for (let i = 0; i < value.value; i++) {
          const element =
            value.type.kind === 'int' ? goInt(i) : integer(value.type, i);
          if (iterate(frame, undefined, element) === BREAK) {
            return NEXT;
          }
        }
        if (value.value > 0) {
          return NEXT;
        }
        return otherwise ? otherwise(frame, dot) : NEXT;
      }
      const elements = elementsOf(value);
      if (elements) {
        for (let i = 0; i < elements.length; i++) {
          const key = setKey && goInt(i);
          if (iterate(frame, key, elements[i]) === BREAK) {
            return NEXT;
          }
        }
        if (elements.length > 0) {
          return NEXT;
        }
        return otherwise ? otherwise(frame, dot) : NEXT;
      }
      const entries = sortedEntries(value);
      if (!entries && !isNil(value)) {
        throw frame.fail(`range can't iterate over ${sprint([value])}`);
      }
      for (const [key, element] of entries ?? []) {
        if (iterate(frame, key, element) === BREAK) {
          return NEXT;
        }
      }
      if (entries && entries.length > 0) {
        return NEXT;
      }
      return otherwise ? otherwise(frame, dot) : NEXT;
    };
  });
}

/** Sets a variable, and whether it is of interface type. */
function store(variable: Variable | undefined, elementOrigin: number) {
  if (!variable) {
    return undefined;
  }
  const { slot, origin } = variable;
  return (frame: Frame, value: unknown): void => {
    const { variables } = frame;
    variables[slot] = value;
    if (origin !== 0) {
      variables[origin] = elementOrigin !== 0 && variables[elementOrigin];
    }
  };
}

function isInteger(value: GoNumber): boolean {
  return !value.type.kind.startsWith('float');
}
