import type { JsonObject } from '../json/value';
import { at } from '../json/value';

/** Whether an object is selected. */
export type Selector = (object: JsonObject) => boolean;

/** A selector that is not understood. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SelectorError';
  }
}

/**
 * Reads a field selector: `path=value`, `path==value`, `path!=value`,
 * separated by commas. What keeps a path from being selected is for the kind to
 * say.
 *
 * @throws {@link SelectorError}
 */
export function fieldSelector(
  text: string,
  problemOf: (path: string) => string | undefined,
): Selector {
  const tests = text
    .split(',')
    .filter(Boolean)
    .map(requirement => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(requirement);
      if (!match) {
        throw new SelectorError(
          `invalid selector: '${text}'; can't understand '${requirement}'`,
        );
      }
      const [, path, operator, value] = match;
      const problem = problemOf(path);
      if (problem) throw new SelectorError(problem);
      const steps = path.split('.');
      return (object: JsonObject) => {
        const found = at(object, ...steps);
        const actual =
          found === undefined || found === null ? '' : String(found);
        return (actual === value) === (operator !== '!=');
      };
    });
  return object => tests.every(test => test(object));
}
