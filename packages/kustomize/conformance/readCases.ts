import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryFileSystem, FileSystem, MemoryFileSystem } from '../src';

/** One case: a JSON line, or a tree of files with its `case.json`. */
export interface ConformanceCase {
  name: string;
  category: string;
  files?: Record<string, string | { base64: string }>;
  dirs?: string[];
  target: string;
  /** The same as `options`, which win. */
  cliFlags?: string[] | null;
  options?: {
    reorder?: string;
    loadRestrictions?: string;
    addManagedByLabel?: boolean;
  };
  /** The exact output; without one, the build has to fail. */
  expected?: string | null;
  /** The output in the command's order, where that is another. */
  expectedDefaultOrder?: string | null;
  /** What upstream says; shown, never compared. */
  expectedError?: string | null;
}

/** A case with the files that it builds. */
export interface LoadedCase {
  test: ConformanceCase;
  fileSystem: FileSystem;
}

/** Reads the cases of a JSON lines file. */
export function readCases(file: string): ConformanceCase[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => JSON.parse(line) as ConformanceCase);
}

/** Gives a case of a JSON lines file its files, in memory. */
export function loadCase(test: ConformanceCase): LoadedCase {
  const files = Object.fromEntries(
    Object.entries(test.files ?? {}).map(([path, content]) => [
      path,
      typeof content === 'string'
        ? content
        : Buffer.from(content.base64, 'base64'),
    ]),
  );
  const fileSystem = new MemoryFileSystem(files, { directories: test.dirs });
  return { test, fileSystem };
}

/** Reads the trees of a folder, one after the other. */
export function* loadTrees(folder: string): Generator<LoadedCase> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      yield loadTree(path, name);
    }
  }
}

function loadTree(path: string, name: string): LoadedCase {
  const read = (file: string) =>
    existsSync(join(path, file))
      ? readFileSync(join(path, file), 'utf8')
      : undefined;
  const test = JSON.parse(read('case.json') ?? '{}') as ConformanceCase;
  const expected = read('expected.yaml') ?? null;
  const inOrder = read('expected-reorder-none.yaml');
  return {
    test: {
      ...test,
      name,
      category: test.category ?? 'tree',
      options: {
        ...test.options,
        reorder: inOrder === undefined ? 'unspecified' : 'none',
      },
      expected: inOrder ?? expected,
      expectedDefaultOrder: inOrder === undefined ? undefined : expected,
    },
    fileSystem: new DirectoryFileSystem({ root: join(path, 'tree') }),
  };
}
