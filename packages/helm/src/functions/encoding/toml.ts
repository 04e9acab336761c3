import { ANY, GoFunction, goFunction } from '@backstage-gitops/go-template';
import { TomlEncodeError, writeToml } from './writeToml';

/** The message of the error is the result. */
function toToml(value: unknown): string {
  try {
    return writeToml(value);
  } catch (error) {
    if (error instanceof TomlEncodeError) {
      return error.message;
    }
    throw error;
  }
}

/** `toToml`, `mustToToml` and `fromToml` of Helm 4, by BurntSushi/toml 1.6.0. */
export const tomlFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['toToml', goFunction([ANY], toToml)],
  ['mustToToml', goFunction([ANY], writeToml)],
]);
