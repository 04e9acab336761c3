import { RenderValues } from '../src';

/**
 * Executes the templates of a chart: text by the name of the template. Not
 * there yet, so whatever needs it is counted as skipped.
 */
export const render:
  ((values: RenderValues) => ReadonlyMap<string, string>) | undefined =
  undefined;
