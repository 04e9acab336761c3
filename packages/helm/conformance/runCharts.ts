import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  Chart,
  ChartRenderer,
  combineValues,
  createCapabilities,
  DiskChartDirectory,
  HelmError,
  HookEvent,
  hooksFor,
  loadChartArchive,
  loadChartDirectory,
  renderChart,
  RenderedChart,
  ValuesError,
  writeManifests,
  writeTemplateOutput,
} from '../src';
import { canonical, CaseResult, placeIn } from './cases';

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
  release?: string;
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
    const { output, release } = await template(folder, test);
    if (wantsError) {
      return fail(`there is no error; Helm's is: ${test.expectedError}`);
    }
    const expected = readFileSync(join(folder, test.expected!), 'utf8');
    const printed = compare(about, expected, output);
    if (printed.status === 'failed') {
      return printed;
    }
    const recorded = readRelease(folder, test);
    // What a recording leaves out changed from run to run.
    const comparable = Object.fromEntries(
      Object.keys(recorded).map(key => [key, release[key]]),
    );
    return compare(about, canonical(recorded), canonical(comparable));
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

function compare(
  about: Pick<CaseResult, 'name' | 'category' | 'kind'>,
  expected: string,
  actual: string,
): CaseResult {
  return expected === actual
    ? { ...about, status: 'passed' }
    : {
        ...about,
        status: 'failed',
        reason: 'the output differs',
        expected,
        actual,
      };
}

const EVENTS: readonly HookEvent[] = [
  ...(['pre-install', 'post-install', 'pre-upgrade', 'post-upgrade'] as const),
  ...(['pre-rollback', 'post-rollback', 'pre-delete', 'post-delete'] as const),
  'test',
];

type Release = Readonly<Record<string, unknown>>;

/** What of a recorded release there is before it is installed. */
const COMPARED = ['manifest', 'hooks', 'hookOrder', 'notes'];

function readRelease(folder: string, test: ChartCase): Release {
  if (test.release === undefined) {
    return {};
  }
  const recorded: Release = JSON.parse(
    readFileSync(join(folder, test.release), 'utf8'),
  );
  return Object.fromEntries(
    Object.entries(recorded).filter(([key]) => COMPARED.includes(key)),
  );
}

function describeRelease(
  { hooks, notes }: RenderedChart,
  manifest: string,
): Release {
  const order = EVENTS.map(event => [
    event,
    hooksFor(hooks, event).map(({ kind, name }) => `${kind}/${name}`),
  ]).filter(([, names]) => names.length > 0);
  return {
    manifest,
    hooks: hooks.map(({ outputLogPolicies, ...hook }) =>
      outputLogPolicies.length > 0 ? { ...hook, outputLogPolicies } : hook,
    ),
    hookOrder: Object.fromEntries(order),
    notes,
  };
}

/** What `helm template` prints, and the release that it is of. */
async function template(
  folder: string,
  test: ChartCase,
): Promise<{ output: string; release: Release }> {
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
  const manifest = writeManifests(rendered.manifests, { crds });
  const { hooks } = rendered;
  return {
    output: writeTemplateOutput({ ...test, manifest, hooks }),
    release: describeRelease(rendered, manifest),
  };
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
