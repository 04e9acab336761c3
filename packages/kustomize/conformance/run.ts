import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { LoadedCase, loadCase, loadTrees, readCases } from './readCases';
import { CaseResult, runLoadedCase } from './runCases';
import { showDiff } from './showDiff';

const HELP = `Replays recorded builds and compares every byte.

  npm run conformance -- kustomize [--cases FILE.jsonl ...] [--trees DIR ...]

  --cases FILE ...     JSON lines, a case each
  --trees DIR ...      folders that hold a tree with its case.json each
  --category A,B       only these categories
  --name TEXT          only cases whose name holds the text
  --brief              one line a failure, without diffs
  --help               this text

Without files it takes the cases beside the repository. The last three lines
are: outputs: N passed, N failed / errors: N passed, N failed / N passed, N
failed. It ends with 1 where a case failed, with 2 where it could not run.`;

// The open set lies beside the repository and is not part of it.
const OPEN_SET = resolve(__dirname, '../../../../shared/conformance/kustomize');

interface Arguments {
  cases: string[];
  trees: string[];
  categories?: string[];
  name?: string;
  brief: boolean;
  help: boolean;
}

/** What stops a run before it begins. */
class UsageError extends Error {}

/** `--cases` and `--trees` take any number of paths, and may be repeated. */
function readArguments(args: string[]): Arguments {
  const { values, tokens } = parseArgs({
    args,
    options: {
      cases: { type: 'string', multiple: true },
      trees: { type: 'string', multiple: true },
      category: { type: 'string' },
      name: { type: 'string' },
      brief: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
    tokens: true,
  });
  const paths = { cases: [] as string[], trees: [] as string[] };
  let list: string[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'option') {
      const { name } = token;
      list = name === 'cases' || name === 'trees' ? paths[name] : undefined;
      list?.push(token.value as string);
    } else if (token.kind === 'positional') {
      if (!list) {
        throw new UsageError(
          `'${token.value}' belongs to no option; write --cases or --trees before it`,
        );
      }
      list.push(token.value);
    }
  }
  return {
    ...paths,
    categories: values.category?.split(','),
    name: values.name,
    brief: values.brief ?? false,
    help: values.help ?? false,
  };
}

/** Paths count from where the command was typed, not from where npm runs it. */
function present(path: string, kind: 'file' | 'directory'): string {
  const absolute = resolve(process.env.INIT_CWD ?? '.', path);
  const stat = existsSync(absolute) ? statSync(absolute) : undefined;
  if (!(kind === 'file' ? stat?.isFile() : stat?.isDirectory())) {
    throw new UsageError(`there is no ${kind} ${path}`);
  }
  return absolute;
}

function openSet(): Pick<Arguments, 'cases' | 'trees'> {
  const cases = resolve(OPEN_SET, 'cases.jsonl');
  const trees = resolve(OPEN_SET, 'trees');
  if (!existsSync(cases) && !existsSync(trees)) {
    const place = relative(resolve(__dirname, '../../..'), OPEN_SET);
    throw new UsageError(
      `there are no cases in ${place}; name some with --cases or --trees`,
    );
  }
  return {
    cases: existsSync(cases) ? [cases] : [],
    trees: existsSync(trees) ? [trees] : [],
  };
}

function* load(
  paths: Pick<Arguments, 'cases' | 'trees'>,
): Generator<LoadedCase> {
  for (const file of paths.cases) {
    for (const test of readCases(file)) {
      yield loadCase(test);
    }
  }
  for (const folder of paths.trees) {
    yield* loadTrees(folder);
  }
}

function show(result: CaseResult, brief: boolean): void {
  const { category, name, reason = '', expected, actual } = result;
  const line = brief ? reason.split('\n')[0] : reason;
  console.log(`FAILED ${category} ${name}: ${line}`);
  if (!brief && expected !== undefined && actual !== undefined) {
    console.log(`${showDiff(expected, actual)}\n`);
  }
}

function main(): number {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    console.log(HELP);
    return 0;
  }
  const named = args.cases.length + args.trees.length > 0;
  const paths = named
    ? {
        cases: args.cases.map(path => present(path, 'file')),
        trees: args.trees.map(path => present(path, 'directory')),
      }
    : openSet();
  const counts = {
    output: { passed: 0, failed: 0 },
    error: { passed: 0, failed: 0 },
  };
  const categories = new Map<string, { passed: number; failed: number }>();
  for (const loaded of load(paths)) {
    const { name, category } = loaded.test;
    if (
      (args.categories && !args.categories.includes(category)) ||
      (args.name !== undefined && !name.includes(args.name))
    ) {
      continue;
    }
    const result = runLoadedCase(loaded);
    const inCategory = categories.get(category) ?? { passed: 0, failed: 0 };
    categories.set(category, inCategory);
    for (const count of [counts[result.kind], inCategory]) {
      count[result.passed ? 'passed' : 'failed']++;
    }
    if (!result.passed) {
      show(result, args.brief);
    }
  }
  const { output, error } = counts;
  const passed = output.passed + error.passed;
  const failed = output.failed + error.failed;
  if (passed + failed === 0) {
    throw new UsageError('no case was selected');
  }
  for (const [category, count] of [...categories].sort()) {
    console.log(
      `  ${category}: ${count.passed} passed, ${count.failed} failed`,
    );
  }
  console.log(`outputs: ${output.passed} passed, ${output.failed} failed`);
  console.log(`errors: ${error.passed} passed, ${error.failed} failed`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  const usage =
    error instanceof UsageError ||
    (error instanceof TypeError &&
      'code' in error &&
      String(error.code).startsWith('ERR_PARSE_ARGS'));
  console.error(
    usage || error instanceof SyntaxError
      ? `conformance: ${error.message}`
      : error,
  );
  process.exitCode = 2;
}
