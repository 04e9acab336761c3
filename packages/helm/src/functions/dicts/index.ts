import { ANY, GoFunction, goFunction } from '@backstage-gitops/go-template';
import { accessFunctions } from './access';
import { deepCopy } from './deepCopy';
import { DeepEquality } from './DeepEquality';
import { mergeFunctions } from './merge';

const copying = goFunction([ANY], deepCopy);

function deepEqual(a: unknown, b: unknown): boolean {
  return new DeepEquality().equal(a, b);
}

/** Maps; `set`, `unset` and merges change the map they are given. */
export const dictFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ...accessFunctions,
  ...mergeFunctions,
  ['deepCopy', copying],
  ['mustDeepCopy', copying],
  ['deepEqual', goFunction([ANY, ANY], deepEqual)],
]);
