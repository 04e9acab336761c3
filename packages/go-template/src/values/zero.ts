import {
  GoComplex,
  goFloat,
  GoNil,
  GoStruct,
  GoTyped,
  integer,
} from './GoObject';
import { GoType } from './GoType';

/** The zero value of a type; nil for interfaces. @public */
export function zeroOf(type: GoType | undefined): unknown {
  if (!type) {
    return null;
  }
  switch (type.kind) {
    case 'bool':
      return false;
    case 'string':
      return type.name === 'string' ? '' : new GoTyped(type, '');
    case 'float32':
    case 'float64':
      return goFloat(0, type);
    case 'complex64':
    case 'complex128':
      return new GoComplex(0, 0);
    case 'map':
    case 'slice':
    case 'ptr':
    case 'func':
      return new GoNil(type);
    case 'struct':
      return new GoStruct(type);
    case 'interface':
    case 'invalid':
    case 'value':
    case 'array':
      return null;
    default:
      return integer(type, 0);
  }
}
