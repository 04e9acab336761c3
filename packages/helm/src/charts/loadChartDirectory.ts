import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import { Chart, ChartFile } from './Chart';
import { ChartError } from './ChartError';
import { ChartBudget } from './ChartLimits';
import { HelmIgnore } from './HelmIgnore';
import { assemble, LoadOptions, withoutBom } from './loadChartFiles';

const IGNORE_FILE = '.helmignore';

/**
 * What a directory holds, links followed.
 *
 * @public
 */
export interface ChartDirectoryEntry {
  name: string;
  /** `other` is what cannot be read: devices, sockets, pipes. */
  kind: 'file' | 'directory' | 'other';
  /** Of a file, in bytes. */
  size: number;
}

/**
 * The directory of a chart. Paths are relative to it, with `/`; its own is
 * empty.
 *
 * @public
 */
export interface ChartDirectory {
  /** In any order. */
  list(path: string): Iterable<ChartDirectoryEntry>;
  /** The content of a file that was listed. */
  read(path: string): Uint8Array;
}

/**
 * Loads a chart from its directory; what .helmignore names is left out.
 *
 * @throws ChartError
 * @public
 */
export async function loadChartDirectory(
  directory: ChartDirectory,
  options: LoadOptions = {},
): Promise<Chart> {
  const budget = new ChartBudget(options.limits);
  const hasRules = [...directory.list('')].some(
    ({ name, kind }) => name === IGNORE_FILE && kind === 'file',
  );
  const rules = HelmIgnore.parse(
    hasRules ? new TextDecoder().decode(directory.read(IGNORE_FILE)) : '',
  );
  const files: ChartFile[] = [];
  const walk = (parent: string) => {
    const entries = [...directory.list(parent)].sort((a, b) =>
      compareCodePoints(a.name, b.name),
    );
    for (const { name, kind, size } of entries) {
      budget.addEntry();
      const path = parent === '' ? name : `${parent}/${name}`;
      if (rules.ignores(path, kind === 'directory')) {
        continue;
      }
      if (kind === 'directory') {
        walk(path);
      } else if (kind === 'file') {
        budget.checkFile(path, size);
        const data = directory.read(path);
        budget.checkFile(path, data.length);
        budget.addBytes(data.length);
        files.push({ name: path, data: withoutBom(data) });
      } else {
        throw new ChartError(
          'unsupported-entry',
          `cannot load irregular file ${JSON.stringify(path)}`,
          { file: path },
        );
      }
    }
  };
  walk('');
  return assemble(files, { budget, depth: 0, onWarning: options.onWarning });
}
