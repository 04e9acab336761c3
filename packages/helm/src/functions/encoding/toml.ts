import {
  ANY,
  GoFunction,
  goFunction,
  STRING,
} from '@backstage-gitops/go-template';
import { Location, UTC } from '../dates/Location';
import { TimeZones } from '../dates/TimeZones';
import type { FunctionOptions } from '../FunctionOptions';
import { createReadTime } from './goToml/readTime';
import { readToml, TomlReadError } from './goToml/readToml';
import { TomlEncodeError, writeToml } from './goToml/writeToml';

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

/** `toToml` and `mustToToml` of Helm 4, by BurntSushi/toml 1.6.0. */
export const tomlFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ['toToml', goFunction([ANY], toToml)],
  ['mustToToml', goFunction([ANY], writeToml)],
]);

/** `fromToml` of Helm 4, whose times depend on the local zone. */
export function createFromToml({
  now = Date.now,
  timeZone = 'UTC',
}: FunctionOptions): GoFunction {
  const { rules } = new TimeZones().find(timeZone) ?? UTC;
  const readTime = createReadTime(new Location('Local', rules), now);
  return goFunction([STRING], (text: string) => {
    try {
      return readToml(text, readTime);
    } catch (error) {
      if (error instanceof TomlReadError) {
        return { Error: error.message };
      }
      throw error;
    }
  });
}
