import {
  coalesceValues,
  Constraint,
  formatVersion,
  HelmError,
  HelmIgnore,
  Hook,
  Manifest,
  parseSet,
  parseVersion,
  SemverError,
  SetKind,
  sortManifests,
  splitManifests,
  Values,
  ValuesChart,
} from '../src';
import { Case, canonical, CaseResult, untag } from './cases';

/** What a case gives, and what it should give. */
interface Comparison {
  actual: unknown;
  expected: unknown;
}

type Runner = (test: Case) => Comparison;

/** Files whose cases need no template engine. */
export const RUNNERS: ReadonlyMap<string, Runner> = new Map([
  ['strvals.jsonl', runSet],
  ['helmignore.jsonl', runIgnore],
  ['coalesce.jsonl', runCoalesce],
  ['manifests.jsonl', runManifests],
  ['semver.jsonl', runSemver],
]);

/** Runs one case; an error of ours is as good as Helm's, a crash is not. */
export function runCase(
  category: string,
  runner: Runner,
  test: Case,
): CaseResult {
  const wantsError = test.expectedError !== undefined;
  const about = {
    name: test.name,
    category,
    kind: wantsError ? 'error' : 'output',
  } as const;
  const fail = (reason: string): CaseResult => ({
    ...about,
    status: 'failed',
    reason,
  });
  try {
    const comparison = runner(test);
    const actual = canonical(comparison.actual);
    if (wantsError) {
      return fail(`there is no error; Helm's is: ${test.expectedError}`);
    }
    const expected = canonical(comparison.expected);
    return actual === expected
      ? { ...about, status: 'passed' }
      : { ...fail('the result differs'), expected, actual };
  } catch (error) {
    if (!(error instanceof HelmError) && !(error instanceof SemverError)) {
      return fail(`it crashed: ${(error as Error).stack}`);
    }
    return wantsError ? { ...about, status: 'passed' } : fail(error.message);
  }
}

function runSet(test: Case): Comparison {
  const actual = parseSet(
    test.kind as SetKind,
    test.input as string,
    untag(test.base ?? {}) as Values,
    { readFile: path => `<${path}>` },
  );
  return { actual, expected: untag(test.expected) };
}

function runIgnore(test: Case): Comparison {
  const rules = HelmIgnore.parse(test.rules as string);
  const paths = test.paths as { path: string; dir: boolean }[];
  return {
    actual: paths.map(({ path, dir }) => rules.ignores(path, dir)),
    expected: test.ignored,
  };
}

function runCoalesce(test: Case): Comparison {
  return {
    actual: coalesceValues(test.chart as ValuesChart, test.values as Values),
    expected: test.expected,
  };
}

function runManifests(test: Case): Comparison {
  if (typeof test.input === 'string') {
    return { actual: splitManifests(test.input), expected: test.documents };
  }
  const files = new Map(Object.entries(test.files as Record<string, string>));
  return {
    actual: {
      install: describe(sortManifests(files, 'install')),
      uninstall: describe(sortManifests(files, 'uninstall')),
    },
    expected: { install: test.install, uninstall: test.uninstall },
  };
}

function describe(sorted: { hooks: Hook[]; manifests: Manifest[] }) {
  return {
    hooks: sorted.hooks.map(({ outputLogPolicies: _, ...hook }) => hook),
    // An empty list is Go's nil.
    manifests:
      sorted.manifests.length === 0
        ? null
        : sorted.manifests.map(({ path, content }) => ({
            source: path,
            content,
          })),
  };
}

function runSemver(test: Case): Comparison {
  if (typeof test.constraint === 'string') {
    const { matches, reasons } = Constraint.parse(test.constraint).check(
      parseVersion(test.version as string),
    );
    return {
      actual: { matches, reasons },
      expected: { matches: test.matches, reasons: test.reasons ?? [] },
    };
  }
  const version = parseVersion(test.version as string);
  const { major, minor, patch, prerelease, metadata, original } = version;
  return {
    actual: {
      major: Number(major),
      minor: Number(minor),
      patch: Number(patch),
      ...{ prerelease, metadata, original },
      string: formatVersion(version),
    },
    expected: test.parsed,
  };
}
