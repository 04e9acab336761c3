import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CaseResult, readCases } from './cases';
import { runCase, RUNNERS } from './runCase';
import { runCharts } from './runCharts';
import { runStorage } from './runStorage';
import { runTemplateCase } from './runTemplates';
import { showDiff } from './showDiff';

const HELP = `Replays cases recorded from Helm.

  npm run conformance -- helm [--dir DIR] [--category A,B] [--name TEXT] [--brief]

  --dir DIR        a folder with strvals.jsonl, coalesce.jsonl, charts/ and so
                   on; a file that is missing is passed over
  --category A,B   only these files, such as strvals or charts
  --name TEXT      only cases whose name holds the text
  --brief          one line a failure, without diffs
  --help           this text

Without a folder it takes the one beside the repository. The last three lines
are: outputs: N passed, N failed / errors: N passed, N failed / N passed,
N failed.
It ends with 1 where a case failed, with 2 where it could not run.`;

// The open set lies beside the repository and is not part of it.
const OPEN_SET = resolve(__dirname, '../../../../shared/conformance/helm');

const TEMPLATE_FILES = ['templates.jsonl', 'functions.jsonl'];
const ALL_RUNNERS = new Map([...RUNNERS, ['storage.jsonl', runStorage]]);

/** What stops a run before it begins. */
class UsageError extends Error {}

async function* run(
  folder: string,
  wanted: (category: string) => boolean,
): AsyncGenerator<CaseResult> {
  for (const file of [...ALL_RUNNERS.keys(), ...TEMPLATE_FILES]) {
    const category = file.replace('.jsonl', '');
    const path = resolve(folder, file);
    if (!wanted(category) || !existsSync(path)) {
      continue;
    }
    const runner = ALL_RUNNERS.get(file);
    for (const test of readCases(path)) {
      yield runner
        ? runCase(category, runner, test)
        : runTemplateCase(category, test);
    }
  }
  const charts = resolve(folder, 'charts');
  if (wanted('charts') && existsSync(charts)) {
    yield* runCharts(charts);
  }
}

/** Counts by what happened. */
class Counts {
  passed = 0;
  failed = 0;

  toString(): string {
    return `${this.passed} passed, ${this.failed} failed`;
  }
}

function folderOf(dir: string | undefined): string {
  // Paths count from where the command was typed, not from where npm runs it.
  const folder =
    dir === undefined ? OPEN_SET : resolve(process.env.INIT_CWD ?? '.', dir);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    const shown = dir ?? relative(resolve(__dirname, '../../..'), OPEN_SET);
    throw new UsageError(`there is no folder ${shown}; name one with --dir`);
  }
  return folder;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      category: { type: 'string' },
      name: { type: 'string' },
      brief: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const only = values.category?.split(',');
  const kinds = { output: new Counts(), error: new Counts() };
  const categories = new Map<string, Counts>();
  const all = new Counts();
  for await (const result of run(
    folderOf(values.dir),
    category => only?.includes(category) ?? true,
  )) {
    const { category, name, kind, status, reason = '' } = result;
    if (values.name !== undefined && !name.includes(values.name)) {
      continue;
    }
    const counts = categories.get(category) ?? new Counts();
    categories.set(category, counts);
    for (const each of [counts, kinds[kind], all]) {
      each[status]++;
    }
    if (status === 'failed') {
      const shown = values.brief ? reason.split('\n')[0] : reason;
      console.log(`FAILED ${category} ${name}: ${shown}`);
      const { expected, actual } = result;
      if (!values.brief && expected !== undefined && actual !== undefined) {
        console.log(`${showDiff(expected, actual)}\n`);
      }
    }
  }
  if (all.passed + all.failed === 0) {
    throw new UsageError('no case was selected');
  }
  for (const [category, counts] of categories) {
    console.log(`  ${category}: ${counts}`);
  }
  console.log(`outputs: ${kinds.output}`);
  console.log(`errors: ${kinds.error}`);
  console.log(String(all));
  return all.failed === 0 ? 0 : 1;
}

main().then(
  code => {
    process.exitCode = code;
  },
  error => {
    const usage =
      error instanceof UsageError ||
      String(error.code).startsWith('ERR_PARSE_ARGS');
    console.error(usage ? `conformance: ${error.message}` : error);
    process.exitCode = 2;
  },
);
