import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Constraint, formatVersion, parseVersion, SemverError } from './index';

const HELM = resolve(__dirname, '../../../../../shared/conformance/helm');

interface Case {
  name: string;
  constraint?: string;
  version: string;
  matches?: boolean;
  reasons?: string[];
  parsed?: Record<string, string | number>;
  expectedError?: string;
}

interface FunctionCase {
  name: string;
  template: string;
  data?: { c?: string; v?: string };
  expected?: string;
  expectedError?: string;
}

function lines<T>(file: string): T[] {
  return readFileSync(resolve(HELM, file), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
}

function outcome({ constraint, version }: Case): Partial<Case> {
  if (constraint !== undefined) {
    const { matches, reasons } = Constraint.parse(constraint).check(
      parseVersion(version),
    );
    return { matches, ...(reasons.length > 0 && { reasons }) };
  }
  const v = parseVersion(version);
  return {
    parsed: {
      major: Number(v.major),
      minor: Number(v.minor),
      patch: Number(v.patch),
      prerelease: v.prerelease,
      metadata: v.metadata,
      original: v.original,
      string: formatVersion(v),
    },
  };
}

const present = existsSync(HELM);
const suite = present ? describe : describe.skip;

suite(
  `cases of Masterminds semver${present ? '' : ` (${HELM} is absent)`}`,
  () => {
    it('all match, with their reasons', () => {
      const cases = lines<Case>('semver.jsonl');
      const failures = cases.flatMap(test => {
        const { name, constraint, version, expectedError, ...expected } = test;
        try {
          expect(outcome(test)).toEqual(expected);
          return expectedError ? [`${name}: no error`] : [];
        } catch (error) {
          if (error instanceof SemverError && expectedError !== undefined) {
            return error.message.startsWith(expectedError)
              ? []
              : [error.message];
          }
          return [`${name}: ${constraint} ${version}: ${error}`];
        }
      });
      expect(failures).toEqual([]);
      expect(cases.length).toBeGreaterThan(300);
    });

    it('semverCompare of templates gives the same', () => {
      const cases = lines<FunctionCase>('functions.jsonl').filter(
        ({ template, data }) =>
          template === '{{ semverCompare .Values.c .Values.v }}' &&
          typeof data?.c === 'string' &&
          typeof data.v === 'string',
      );
      const failures = cases.flatMap(({ name, data, ...expected }) => {
        const { c = '', v = '' } = data ?? {};
        let actual: string;
        try {
          actual = String(Constraint.parse(c).check(parseVersion(v)).matches);
        } catch (error) {
          if (!(error instanceof SemverError)) throw error;
          actual = 'error';
        }
        const wanted = expected.expected ?? 'error';
        return actual === wanted
          ? []
          : [`${name}: ${c} ${v}: ${actual}, not ${wanted}`];
      });
      expect(failures).toEqual([]);
      expect(cases.length).toBeGreaterThan(200);
    });
  },
);
