import { Chart } from './Chart';
import { ChartBudget } from './ChartLimits';
import { assemble, LoadOptions } from './loadChartFiles';
import { readArchive } from './readArchive';

/**
 * Loads a packed chart (`.tgz`). Rules of .helmignore do not apply to it.
 *
 * @throws ChartError
 * @public
 */
export async function loadChartArchive(
  archive: Uint8Array,
  options: LoadOptions = {},
): Promise<Chart> {
  const budget = new ChartBudget(options.limits);
  const files = await readArchive(archive, budget);
  return assemble(files, { budget, depth: 0, onWarning: options.onWarning });
}
