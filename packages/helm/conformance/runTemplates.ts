import {
  ANY,
  executeTemplate,
  GoError,
  GoFunction,
  MissingKey,
  STRING,
  goFunction,
  TemplateError,
  TemplateParser,
  TemplateSet,
  encodeUtf8,
} from '@backstage-gitops/go-template';
import {
  ChartRenderer,
  Chart,
  coalesceValues,
  createCapabilities,
  createFunctions,
  createRenderValues,
  HelmError,
  LookupQuery,
  RenderError,
  Values,
} from '../src';
import { Case, CaseResult, placeIn } from './cases';
import { decodeData } from './decodeData';

interface TemplateCase extends Case {
  mode: 'go' | 'sprig' | 'helmfuncs' | 'helm' | 'render';
  template?: string;
  data?: unknown;
  templates?: { Name: string; Text: string }[];
  files?: Record<string, string>;
  exec?: string;
  tname?: string;
  missingkey?: string;
  delims?: [string, string];
  strict?: boolean;
  lint?: boolean;
  chart?: ChartTree;
  values?: unknown;
  lookup?: KubeObject[];
  expected?: string;
  expectedBase64?: string;
  expectedOutputs?: Record<string, string>;
  error?: string;
}

interface ChartTree {
  Name: string;
  Version?: string;
  Templates?: [string, string][];
  Files?: Record<string, string>;
  Values?: unknown;
  Dependencies?: ChartTree[];
}

interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

const renderer = new ChartRenderer();
const functions = createFunctions();
const fail: readonly [string, GoFunction] = [
  'fail',
  goFunction([STRING], (message: string) => {
    throw new GoError(message);
  }),
];
/** What Helm's functions are where there is no chart. */
const STUBS: readonly (readonly [string, GoFunction])[] = [
  ['include', goFunction([STRING, ANY], () => 'not implemented')],
  ['tpl', goFunction([STRING, ANY], () => 'not implemented')],
  ['required', goFunction([STRING, ANY], () => 'not implemented')],
  ['lookup', goFunction([STRING, STRING, STRING, STRING], () => ({}))],
  fail,
];

/** A case of templates.jsonl or functions.jsonl. */
export function runTemplateCase(category: string, given: Case): CaseResult {
  const test = given as TemplateCase;
  const wantsError = test.expectedError !== undefined;
  const about = {
    name: test.name,
    category,
    kind: wantsError ? 'error' : 'output',
  } as const;
  const failed = (reason: string): CaseResult => ({
    ...about,
    status: 'failed',
    reason,
  });
  try {
    const outputs = new Map(Object.entries(run(test)));
    if (wantsError) {
      return failed(`there is no error; Go's is: ${test.error}`);
    }
    for (const [file, expected] of expectedOf(test)) {
      const actual = outputs.get(file);
      if (actual !== expected) {
        return { ...failed(`the output of ${file} differs`), expected, actual };
      }
    }
    return { ...about, status: 'passed' };
  } catch (error) {
    if (!(error instanceof TemplateError) && !(error instanceof HelmError)) {
      return failed(`it crashed: ${(error as Error).stack}`);
    }
    if (!wantsError) {
      return failed(error.message);
    }
    const place = placeIn(test.expectedError!);
    return place === undefined || error.message.includes(place)
      ? { ...about, status: 'passed' }
      : failed(`the error does not name ${place}: ${error.message}`);
  }
}

const MAIN = 't/templates/t.yaml';

function* expectedOf(
  test: TemplateCase,
): Generator<readonly [file: string, text: string]> {
  if (test.expected !== undefined) {
    yield [MAIN, test.expected];
  }
  if (test.expectedBase64 !== undefined) {
    yield [MAIN, test.expectedBase64];
  }
  yield* Object.entries(test.expectedOutputs ?? {});
}

function run(test: TemplateCase): Record<string, string> {
  switch (test.mode) {
    case 'helm':
      return runChart(test, {
        Name: 't',
        Version: '0.1.0',
        Templates: [
          ...(test.templates ?? []).map(({ Name, Text }): [string, string] => [
            Name,
            Text,
          ]),
          ['templates/t.yaml', test.template ?? ''],
        ],
        Files: test.files,
      });
    case 'render':
      return runChart(test, test.chart!);
    default:
      return { [MAIN]: runText(test) };
  }
}

/** A text of its own, with or without functions. */
function runText(test: TemplateCase): string {
  const [left, right] = test.delims ?? [];
  const parser = new TemplateParser({
    delimiters: { left, right },
    functions: {
      go: new Map<string, GoFunction>(),
      sprig: new Map([...functions, fail]),
      helmfuncs: new Map([...functions, ...STUBS]),
    }[test.mode as 'go' | 'sprig' | 'helmfuncs'],
  });
  const name = test.tname ?? 't';
  const set = new TemplateSet({
    name,
    missingKey: (test.missingkey?.replace('invalid', 'default') ||
      undefined) as MissingKey | undefined,
  });
  for (const { Name, Text } of test.templates ?? []) {
    set.add(parser.parse(Name, Text));
  }
  set.add(parser.parse(name, test.template ?? ''));
  return executeTemplate(set, test.exec || name, decodeData(test.data));
}

function runChart(test: TemplateCase, tree: ChartTree): Record<string, string> {
  const chart = createChart(tree);
  const values =
    test.mode === 'helm'
      ? {}
      : coalesceValues(chart, decodeData(test.values ?? {}) as Values);
  const input = createRenderValues({
    chart,
    values,
    release: { name: 'rel', namespace: 'ns' },
    capabilities: createCapabilities(),
    schema: false,
  });
  const data = decodeData(test.data ?? {}) as Values;
  const root =
    test.mode === 'helm'
      ? { ...input.root, values: data, isPlain: true }
      : input.root;
  const templates = input.templates.map(template =>
    template.scope === input.root ? { ...template, scope: root } : template,
  );
  const rendered = renderer.render(
    { root, templates },
    {
      strict: test.strict,
      lint: test.lint,
      lookup: test.lookup && (query => find(test.lookup!, query)),
    },
  );
  if (test.expectedBase64 !== undefined) {
    const bytes = encodeUtf8(rendered.get(MAIN) ?? '');
    rendered.set(MAIN, Buffer.from(bytes).toString('base64'));
  }
  return Object.fromEntries(rendered);
}

function createChart(tree: ChartTree): Chart {
  const bytes = (text: string) =>
    text.startsWith('base64:')
      ? Buffer.from(text.slice('base64:'.length), 'base64')
      : Buffer.from(text);
  const file = ([name, text]: readonly [string, string]) => ({
    name,
    data: bytes(text),
  });
  return new Chart({
    metadata: {
      ...{ name: tree.Name, version: tree.Version ?? '1.2.3' },
      ...{ apiVersion: 'v2', type: 'application', description: 'd' },
      ...{ appVersion: '1.2.3', home: '', sources: [], keywords: [] },
      ...{ maintainers: [], icon: '', condition: '', tags: '' },
      ...{ deprecated: false, annotations: {}, kubeVersion: '' },
    },
    values: decodeData(tree.Values ?? {}) as Values,
    templates: (tree.Templates ?? []).map(file),
    files: Object.entries(tree.Files ?? {}).map(file),
    dependencies: (tree.Dependencies ?? []).map(createChart),
  });
}

/** A cluster with these objects. */
function find(objects: readonly KubeObject[], query: LookupQuery) {
  const { apiVersion, kind, namespace, name } = query;
  const items = objects.filter(
    object => object.apiVersion === apiVersion && object.kind === kind,
  );
  if (items.length === 0) {
    throw new RenderError(
      'lookup-failed',
      `the cluster has no kind ${kind} of ${apiVersion}`,
    );
  }
  const found = items.filter(
    ({ metadata }) => namespace === '' || metadata.namespace === namespace,
  );
  return name === ''
    ? { apiVersion, kind: `${kind}List`, items: found }
    : found.find(({ metadata }) => metadata.name === name);
}
