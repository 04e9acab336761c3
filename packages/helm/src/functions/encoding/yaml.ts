import {
  ANY,
  GoError,
  GoFunction,
  goFunction,
} from '@backstage-gitops/go-template';
import { stringifyYaml } from '@backstage-gitops/kubernetes-yaml';
import { jsonValue } from './jsonValue';

function write(value: unknown): string {
  return stringifyYaml(jsonValue(value)).replace(/\n$/, '');
}

/**
 * `toYaml` and `mustToYaml` of Helm 4: YAML without the last end of line. What
 * cannot be written is the empty string for the first, an error for the second.
 */
export const yamlFunctions: ReadonlyMap<string, GoFunction> = new Map([
  [
    'toYaml',
    goFunction([ANY], (value: unknown) => {
      try {
        return write(value);
      } catch (error) {
        if (error instanceof GoError) {
          return '';
        }
        throw error;
      }
    }),
  ],
  ['mustToYaml', goFunction([ANY], write)],
]);
