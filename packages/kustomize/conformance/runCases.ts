import { BuildOptions, KustomizeError, build } from '../src';
import { ConformanceCase, LoadedCase, loadCase } from './readCases';

/** What came of a case. */
export interface CaseResult {
  name: string;
  category: string;
  /** What was to come: an output, byte for byte, or an error. */
  kind: 'output' | 'error';
  passed: boolean;
  /** Why not. */
  reason?: string;
  /** What was to be printed and what was, where they differ. */
  expected?: string;
  actual?: string;
}

/** Runs a case of a JSON lines file. */
export function runCase(test: ConformanceCase): CaseResult {
  return runLoadedCase(loadCase(test));
}

/**
 * Runs a case. One with an output passes where every byte is right, in both
 * orders where it has two; one without passes where the build fails with an
 * error of ours and not by a crash.
 */
export function runLoadedCase({ test, fileSystem }: LoadedCase): CaseResult {
  const options = optionsOf(test);
  const run = (reorder: BuildOptions['reorder']) =>
    build({
      fileSystem,
      path: test.target,
      options: { ...options, reorder },
    }).toYaml();
  const isError = typeof test.expected !== 'string';
  const { name, category } = test;
  const about = { name, category, kind: isError ? 'error' : 'output' } as const;
  const fail = (reason: string, expected?: string, actual?: string) => ({
    ...about,
    passed: false,
    reason,
    expected,
    actual,
  });
  try {
    const actual = run(options.reorder);
    if (isError) {
      return fail(
        `there is no error${test.expectedError ? `; upstream's is: ${test.expectedError}` : ''}`,
      );
    }
    if (actual !== test.expected) {
      return fail('the output differs', test.expected!, actual);
    }
    if (typeof test.expectedDefaultOrder === 'string') {
      const sorted = run('unspecified');
      if (sorted !== test.expectedDefaultOrder) {
        return fail(
          'the output in the default order differs',
          test.expectedDefaultOrder,
          sorted,
        );
      }
    }
    return { ...about, passed: true };
  } catch (error) {
    if (!(error instanceof KustomizeError)) {
      const crash = error instanceof Error ? error.stack : String(error);
      return fail(`it crashed: ${crash}`);
    }
    return isError ? { ...about, passed: true } : fail(error.message);
  }
}

/** Options of the build; flags of the command stand in for missing ones. */
function optionsOf(test: ConformanceCase): BuildOptions {
  const flags = test.cliFlags ?? [];
  const flag = (name: string) =>
    flags
      .find(text => text.startsWith(`--${name}=`))
      ?.slice(`--${name}=`.length);
  const { reorder, loadRestrictions, addManagedByLabel } = test.options ?? {};
  const restrictions = loadRestrictions ?? flag('load-restrictor');
  return {
    reorder: (reorder ??
      flag('reorder') ??
      'unspecified') as BuildOptions['reorder'],
    loadRestrictions:
      restrictions === 'LoadRestrictionsNone' ? 'none' : 'rootOnly',
    addManagedByLabel:
      addManagedByLabel ?? flags.includes('--enable-managedby-label'),
    // The binary of the cases was built without a version.
    version: '(devel)',
  };
}
