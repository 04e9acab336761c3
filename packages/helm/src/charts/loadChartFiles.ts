import { compareCodePoints } from '@backstage-gitops/kubernetes-yaml';
import { readValues } from '../values/readValues';
import { OnWarning } from '../values/tables';
import { ValuesError } from '../values/ValuesError';
import { Chart, ChartFile } from './Chart';
import { ChartError } from './ChartError';
import { ChartBudget, ChartLimits } from './ChartLimits';
import { ChartMetadata } from './ChartMetadata';
import { readArchive } from './readArchive';
import { readLock, readMetadata } from './readMetadata';
import { validateMetadata } from './validateMetadata';

/**
 * How charts are loaded.
 *
 * @public
 */
export interface LoadOptions {
  limits?: ChartLimits;
  /** Told of files of `v1` charts in others; Helm loads them all the same. */
  onWarning?: OnWarning;
}

/**
 * Makes a chart of its files, as Helm 4 does. Names are relative to the chart;
 * the files of charts in `charts/` are below it, in directories or as `.tgz`.
 * The order of the files is kept where it matters; charts in `charts/` are
 * taken by name.
 *
 * @throws ChartError
 * @public
 */
export async function loadChartFiles(
  files: Iterable<ChartFile>,
  options: LoadOptions = {},
): Promise<Chart> {
  const budget = new ChartBudget(options.limits);
  const list: ChartFile[] = [];
  for (const { name, data } of files) {
    budget.addEntry();
    budget.checkFile(name, data.length);
    budget.addBytes(data.length);
    list.push({ name, data: withoutBom(data) });
  }
  return assemble(list, { budget, depth: 0, onWarning: options.onWarning });
}

/** Of a chart that is being loaded, for those in it. */
export interface LoadContext {
  budget: ChartBudget;
  depth: number;
  onWarning?: OnWarning;
}

/** A chart of files that are counted already, and have no byte order mark. */
export async function assemble(
  files: readonly ChartFile[],
  context: LoadContext,
): Promise<Chart> {
  context.budget.checkDepth(context.depth);
  const parts = sortOut(files, context);
  const { metadata, subcharts } = parts;
  if (!metadata) {
    throw new ChartError('missing-chart-file', 'Chart.yaml file is missing');
  }
  if (metadata.apiVersion !== 'v1' && metadata.apiVersion !== 'v2') {
    throw new ChartError(
      'unsupported-version',
      `chart apiVersion ${JSON.stringify(metadata.apiVersion.slice(0, 100))} is not supported; v1 and v2 are`,
      { file: 'Chart.yaml' },
    );
  }
  const valid = validateMetadata(metadata);
  const dependencies: Chart[] = [];
  for (const name of [...subcharts.keys()].sort(compareCodePoints)) {
    if (/^[_.]/.test(name)) {
      continue;
    }
    try {
      dependencies.push(
        await loadSubchart(name, subcharts.get(name)!, context),
      );
    } catch (error) {
      // A limit is one of the whole chart, wherever it was met.
      if (!(error instanceof ChartError) || error.code === 'limit') {
        throw error;
      }
      throw new ChartError(
        'invalid-subchart',
        `error unpacking subchart ${name} in ${valid.name}: ${error.message}`,
        { file: `charts/${name}`, cause: error },
      );
    }
  }
  return new Chart({ ...parts, metadata: valid, dependencies });
}

async function loadSubchart(
  name: string,
  files: readonly ChartFile[],
  context: LoadContext,
): Promise<Chart> {
  const inner = { ...context, depth: context.depth + 1 };
  if (!name.endsWith('.tgz')) {
    return assemble(
      files
        .filter(file => file.name.includes('/'))
        .map(file => ({
          name: file.name.slice(file.name.indexOf('/') + 1),
          data: file.data,
        })),
      inner,
    );
  }
  const [file] = files;
  if (file.name !== name) {
    throw new ChartError(
      'invalid-archive',
      `expected ${name}, got ${file.name}`,
    );
  }
  return assemble(await readArchive(file.data, inner.budget), inner);
}

interface Parts {
  metadata?: ChartMetadata;
  lock?: Chart['lock'];
  values?: Chart['values'];
  schema?: Uint8Array;
  templates: ChartFile[];
  files: ChartFile[];
  raw: ChartFile[];
  /** By the first name below `charts/`, from which the names begin. */
  subcharts: Map<string, ChartFile[]>;
}

function sortOut(files: readonly ChartFile[], context: LoadContext): Parts {
  const parts: Parts = {
    templates: [],
    files: [],
    raw: files.filter(({ name }) => !name.startsWith('charts/')),
    subcharts: new Map(),
  };
  // The others are read depending on it, wherever it comes.
  for (const file of files) {
    if (file.name === 'Chart.yaml') {
      parts.metadata = readMetadata(text(file), file.name, parts.metadata);
      // Charts of Helm 2 did not have to tell.
      parts.metadata.apiVersion ||= 'v1';
    }
  }
  for (const file of files) {
    place(file, parts, context);
  }
  return parts;
}

function place(file: ChartFile, parts: Parts, context: LoadContext): void {
  const { name } = file;
  switch (name) {
    case 'Chart.yaml':
      return;
    case 'Chart.lock':
      parts.lock = readLock(text(file), name);
      return;
    case 'values.yaml':
      parts.values = readChartValues(file);
      return;
    case 'values.schema.json':
      parts.schema = file.data;
      return;
    case 'requirements.yaml':
      parts.metadata = readMetadata(text(file), name, parts.metadata);
      break;
    case 'requirements.lock':
      parts.lock = readLock(text(file), name);
      break;
    default:
      placeByPath(file, parts);
      return;
  }
  if (parts.metadata?.apiVersion === 'v1') {
    parts.files.push(file);
  } else {
    context.onWarning?.(
      `${name} is of charts with apiVersion v1; since v2, dependencies are in Chart.yaml and Chart.lock`,
    );
  }
}

function placeByPath(file: ChartFile, parts: Parts): void {
  const { name } = file;
  if (name.startsWith('templates/')) {
    parts.templates.push(file);
  } else if (name.startsWith('charts/') && !name.endsWith('.prov')) {
    const inner = name.slice('charts/'.length);
    const chart = inner.split('/', 1)[0];
    const list = parts.subcharts.get(chart) ?? [];
    list.push({ name: inner, data: file.data });
    parts.subcharts.set(chart, list);
  } else {
    parts.files.push(file);
  }
}

function readChartValues(file: ChartFile): Chart['values'] {
  try {
    return readValues(text(file), file.name);
  } catch (error) {
    if (!(error instanceof ValuesError)) {
      throw error;
    }
    throw new ChartError('invalid-values', error.message, {
      file: file.name,
      cause: error,
    });
  }
}

function text(file: ChartFile): string {
  return new TextDecoder().decode(file.data);
}

/** Without a byte order mark at its beginning. */
export function withoutBom(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf
    ? data.subarray(3)
    : data;
}
