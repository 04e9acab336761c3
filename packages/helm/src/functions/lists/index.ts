import { ANY, GoFunction, goFunction } from '@backstage-gitops/go-template';
import { buildingFunctions, concatFunction } from './building';
import { readingFunctions } from './reading';

const list = goFunction([], (...items) => items, { variadic: ANY });

/** What fails in Go fails alike with and without `must`. */
function withMust([name, fn]: readonly [string, GoFunction]) {
  const mustName = `must${name[0].toUpperCase()}${name.slice(1)}`;
  return [[name, fn] as const, [mustName, fn] as const];
}

/** Lists. Elements of typed lists, such as `[]string`, are taken as they are. */
export const listFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['list', list],
  ['tuple', list],
  ['concat', concatFunction],
  ...[...readingFunctions, ...buildingFunctions].flatMap(withMust),
]);
