import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  BuildOptions,
  DirectoryFileSystem,
  FileSystem,
  KustomizeError,
  MemoryFileSystem,
  build,
} from '../src';

/** One case: a JSON line, or a tree of files with its `case.json`. */
export interface ConformanceCase {
  name: string;
  category: string;
  files?: Record<string, string | { base64: string }>;
  dirs?: string[];
  target: string;
  options?: {
    reorder?: string;
    loadRestrictions?: string;
    addManagedByLabel?: boolean;
  };
  expected?: string | null;
  expectedDefaultOrder?: string | null;
}

/** What came of a case. */
export interface CaseResult {
  name: string;
  category: string;
  passed: boolean;
  /** Why not, in one line. */
  reason?: string;
  /** What was printed instead, where something was. */
  actual?: string;
}

/** Reads the cases of a JSON lines file. */
export function readCases(file: string): ConformanceCase[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as ConformanceCase);
}

/** Runs a case of a JSON lines file. */
export function runCase(test: ConformanceCase): CaseResult {
  const files = Object.fromEntries(
    Object.entries(test.files ?? {}).map(([path, content]) => [
      path,
      typeof content === 'string'
        ? content
        : Buffer.from(content.base64, 'base64'),
    ]),
  );
  const fileSystem = new MemoryFileSystem(files, { directories: test.dirs });
  return check(test, fileSystem);
}

/** Runs the trees of a folder. */
export function* runTrees(folder: string): Generator<CaseResult> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (!statSync(path).isDirectory()) {
      continue;
    }
    const read = (file: string) =>
      existsSync(join(path, file))
        ? readFileSync(join(path, file), 'utf8')
        : undefined;
    const test = JSON.parse(read('case.json') ?? '{}') as ConformanceCase;
    const expected = read('expected.yaml') ?? null;
    const inOrder = read('expected-reorder-none.yaml');
    const root = join(path, 'tree');
    yield check(
      {
        ...test,
        name,
        category: test.category ?? 'trees',
        options: {
          ...test.options,
          reorder: inOrder === undefined ? 'unspecified' : 'none',
        },
        expected: inOrder ?? expected,
        expectedDefaultOrder: inOrder === undefined ? undefined : expected,
      },
      new DirectoryFileSystem({ root }),
    );
  }
}

function check(test: ConformanceCase, fileSystem: FileSystem): CaseResult {
  const { name, category } = test;
  const reorder = (test.options?.reorder ??
    'unspecified') as BuildOptions['reorder'];
  const isError = test.expected === undefined || test.expected === null;
  try {
    const actual = run(test, fileSystem, reorder);
    if (isError) {
      return { name, category, passed: false, reason: 'no error', actual };
    }
    if (actual !== test.expected) {
      return { name, category, passed: false, reason: 'differs', actual };
    }
    if (typeof test.expectedDefaultOrder === 'string') {
      const sorted = run(test, fileSystem, 'unspecified');
      if (sorted !== test.expectedDefaultOrder) {
        return {
          name,
          category,
          passed: false,
          reason: 'the default order differs',
          actual: sorted,
        };
      }
    }
    return { name, category, passed: true };
  } catch (error) {
    const typed = error instanceof KustomizeError;
    return {
      name,
      category,
      passed: typed && isError,
      reason: `${typed ? '' : 'CRASH '}${
        error instanceof Error ? error.message : error
      }`,
    };
  }
}

function run(
  test: ConformanceCase,
  fileSystem: FileSystem,
  reorder: BuildOptions['reorder'],
): string {
  return build({
    fileSystem,
    path: test.target,
    options: {
      reorder,
      loadRestrictions:
        test.options?.loadRestrictions === 'LoadRestrictionsNone'
          ? 'none'
          : 'rootOnly',
      addManagedByLabel: test.options?.addManagedByLabel,
      // The binary of the cases was built without a version.
      version: '(devel)',
    },
  }).toYaml();
}
