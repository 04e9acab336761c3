import { Literal, NumberNode } from '../parse/nodes';
import { printNode } from '../parse/printNode';
import { GoComplex, goFloat, goInt, integer } from '../values/GoObject';
import { GoType } from '../values/GoType';
import { Eval } from './Unit';

/** A literal whose type its own spelling tells. */
export function constantOf(node: Literal): Eval {
  if (node.kind !== 'number') {
    const { value } = node;
    return frame => {
      frame.node = node;
      return value;
    };
  }
  const value = idealValue(node);
  return frame => {
    frame.node = node;
    if (value === undefined) {
      throw frame.fail(`${node.text} overflows int`);
    }
    return value;
  };
}

function idealValue(node: NumberNode): unknown {
  const { text, complex, float, int } = node;
  if (complex) {
    return new GoComplex(complex.real, complex.imaginary);
  }
  const isHexInteger = /^0[xX]/.test(text) && !/[pP]/.test(text);
  const isRune = text.startsWith("'");
  if (float !== undefined && !isHexInteger && !isRune && /[.eEpP]/.test(text)) {
    return float;
  }
  return int === undefined ? undefined : goInt(small(int));
}

function small(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A literal where a parameter has this type. */
export function literalFor(node: Literal, type: GoType): Eval {
  const literal = convert(node, type);
  if ('problem' in literal) {
    return frame => {
      frame.node = node;
      throw frame.fail(literal.problem);
    };
  }
  const { value } = literal;
  return frame => {
    frame.node = node;
    return value;
  };
}

function convert(
  node: Literal,
  type: GoType,
): { value: unknown } | { problem: string } {
  const number = node.kind === 'number' ? node : undefined;
  const found = (expected: string, value: unknown) =>
    value === undefined
      ? { problem: `expected ${expected}; found ${printNode(node)}` }
      : { value };
  switch (type.kind) {
    case 'bool':
      return found('bool', node.kind === 'bool' ? node.value : undefined);
    case 'string':
      return found('string', node.kind === 'string' ? node.value : undefined);
    case 'int':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return found(
        'integer',
        number?.int !== undefined
          ? integer(type, small(number.int))
          : undefined,
      );
    case 'uint':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
    case 'uintptr':
      return found(
        'unsigned integer',
        number?.uint !== undefined
          ? integer(type, small(number.uint))
          : undefined,
      );
    case 'float32':
    case 'float64':
      return found(
        'float',
        number?.float !== undefined ? goFloat(number.float, type) : undefined,
      );
    case 'complex64':
    case 'complex128':
      return found(
        'complex',
        number?.complex &&
          new GoComplex(number.complex.real, number.complex.imaginary),
      );
    default:
      return {
        problem: `can't handle ${printNode(node)} for arg of type ${type.name}`,
      };
  }
}
