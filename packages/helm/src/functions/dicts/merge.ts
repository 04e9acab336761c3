import {
  ANY_MAP,
  GoFunction,
  goFunction,
  GoMap,
} from '@backstage-gitops/go-template';
import { NIL_DICT } from './access';
import { MergeError, Merger } from './Merger';

/** Merges into the first map, which is returned; a nil one is replaced. */
function mergeAll(
  overwrite: boolean,
  first: GoMap | null,
  sources: readonly (GoMap | null)[],
): unknown {
  let destination = first;
  for (const source of sources) {
    if (source !== null) {
      destination ??= {};
      new Merger(overwrite).merge(destination, source);
    }
  }
  return destination ?? NIL_DICT;
}

/** The function and its must-variant; an error is the empty text without. */
function pair(name: string, overwrite: boolean) {
  const must = (first: GoMap | null, ...sources: (GoMap | null)[]) =>
    mergeAll(overwrite, first, sources);
  const lenient: typeof must = (first, ...sources) => {
    try {
      return mergeAll(overwrite, first, sources);
    } catch (error) {
      if (error instanceof MergeError) {
        return '';
      }
      throw error;
    }
  };
  const mustName = `must${name[0].toUpperCase()}${name.slice(1)}`;
  const options = { variadic: ANY_MAP };
  return [
    [name, goFunction([ANY_MAP], lenient, options)] as const,
    [mustName, goFunction([ANY_MAP], must, options)] as const,
  ];
}

/** `merge`, `mergeOverwrite` and their must-variants. */
export const mergeFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ...pair('merge', false),
  ...pair('mergeOverwrite', true),
]);
