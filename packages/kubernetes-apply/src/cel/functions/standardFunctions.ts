import { defineArithmetic } from './arithmetic';
import { defineCollections } from './collections';
import { defineConversions } from './conversions';
import { FunctionTable } from './Overload';
import { defineStrings } from './strings';
import { defineTimes } from './times';

function define(): FunctionTable {
  const table = new FunctionTable();
  defineArithmetic(table);
  defineConversions(table);
  defineStrings(table);
  defineTimes(table);
  defineCollections(table);
  return table;
}

/**
 * What Flux 2.9 has in its expressions (fluxcd/pkg runtime/cel): the standard
 * library, optional types, and the extensions strings, sets and encoders.
 */
export const STANDARD_FUNCTIONS: FunctionTable = define();
