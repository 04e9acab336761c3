import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  Chart,
  ChartRenderer,
  combineValues,
  createCapabilities,
  DiskChartDirectory,
  HelmError,
  loadChartArchive,
  loadChartDirectory,
  renderChart,
  ValuesError,
  writeManifests,
  writeTemplateOutput,
} from '../src';
import { CaseResult, placeIn } from './cases';

interface ChartCase {
  id: string;
  values?: string[];
  set?: string[];
  setString?: string[];
  setJson?: string[];
  setLiteral?: string[];
  setFile?: string[];
  releaseName?: string;
  namespace?: string;
  kubeVersion?: string;
  apiVersions?: string[];
  isUpgrade?: boolean;
  includeCRDs?: boolean;
  skipTests?: boolean;
  noHooks?: boolean;
  showOnly?: string[];
  skipSchema?: boolean;
  subNotes?: boolean;
  exitCode: number;
  expected?: string;
  expectedError?: string;
}

const renderer = new ChartRenderer();

/** All cases below a folder of charts. */
export async function* runCharts(folder: string): AsyncGenerator<CaseResult> {
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name, 'cases.json');
    if (!existsSync(file)) {
      continue;
    }
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
      cases: ChartCase[];
    };
    for (const test of cases) {
      yield await runChartCase(join(folder, name), `charts/${name}`, test);
    }
  }
}

async function runChartCase(
  folder: string,
  name: string,
  test: ChartCase,
): Promise<CaseResult> {
  const wantsError = test.exitCode !== 0;
  const about = {
    name: `${name}/${test.id}`,
    category: 'charts',
    kind: wantsError ? 'error' : 'output',
  } as const;
  const fail = (reason: string): CaseResult => ({
    ...about,
    status: 'failed',
    reason,
  });
  try {
    const actual = await template(folder, test);
    if (wantsError) {
      return fail(`there is no error; Helm's is: ${test.expectedError}`);
    }
    const expected = readFileSync(join(folder, test.expected!), 'utf8');
    return actual === expected
      ? { ...about, status: 'passed' }
      : { ...fail('the output differs'), expected, actual };
  } catch (error) {
    if (!(error instanceof HelmError)) {
      return fail(`it crashed: ${(error as Error).stack}`);
    }
    if (!wantsError) {
      return fail(error.message);
    }
    const place = placeIn(test.expectedError ?? '');
    return place === undefined || error.message.includes(place)
      ? { ...about, status: 'passed' }
      : fail(`the error does not name ${place}: ${error.message}`);
  }
}

/** What `helm template` prints. */
async function template(folder: string, test: ChartCase): Promise<string> {
  const chart = await load(folder);
  const read = (file: string) => {
    const path = join(folder, file);
    if (!existsSync(path)) {
      throw new ValuesError('invalid-set', `there is no file ${file}`);
    }
    return readFileSync(path, 'utf8');
  };
  const values = combineValues({
    ...test,
    files: test.values?.map(file => ({ name: file, content: read(file) })),
    readFile: read,
  });
  const capabilities = createCapabilities({
    kubeVersion: test.kubeVersion,
    // As the flag, which takes several with commas between.
    extraApiVersions: test.apiVersions?.flatMap(list => list.split(',')),
  });
  const rendered = renderChart({
    ...{ renderer, chart, values, capabilities },
    release: {
      name: test.releaseName ?? 'release-name',
      namespace: test.namespace ?? 'default',
      isUpgrade: test.isUpgrade,
    },
    schema: test.skipSchema ? false : undefined,
    subNotes: test.subNotes,
  });
  const crds = test.includeCRDs ? rendered.chart.crds : undefined;
  return writeTemplateOutput({
    ...test,
    manifest: writeManifests(rendered.manifests, { crds }),
    hooks: rendered.hooks,
  });
}

/** `chart` is a directory; without one, there is an archive. */
async function load(folder: string): Promise<Chart> {
  const directory = join(folder, 'chart');
  if (existsSync(directory) && statSync(directory).isDirectory()) {
    return loadChartDirectory(
      new DiskChartDirectory({ directory, root: folder }),
    );
  }
  const archive = readdirSync(folder).find(name => /gz$/.test(name));
  return loadChartArchive(readFileSync(join(folder, archive ?? 'chart')));
}
