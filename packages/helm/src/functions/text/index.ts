import { GoFunction, goFunction } from '@backstage-gitops/go-template';
import { caseFunctions } from './cases';
import { cutFunctions } from './cut';
import { indentFunctions } from './indent';
import { listFunctions } from './lists';
import { quoteFunctions } from './quote';
import { searchFunctions } from './search';
import { trimFunctions } from './trim';
import { wordFunctions } from './words';
import { wrapFunctions } from './wrap';

/** Functions of texts of sprig 3.3. */
export const textFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['hello', goFunction([], () => 'Hello!')],
  ...caseFunctions,
  ...cutFunctions,
  ...indentFunctions,
  ...listFunctions,
  ...quoteFunctions,
  ...searchFunctions,
  ...trimFunctions,
  ...wordFunctions,
  ...wrapFunctions,
]);
