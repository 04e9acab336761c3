import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCases } from '../conformance/readCases';
import { runCase } from '../conformance/runCases';

// Lies beside the repository and is not part of it.
const CASES = resolve(
  __dirname,
  '../../../../shared/conformance/kustomize/cases.jsonl',
);
const COMPLETE = [
  'images',
  'namespace',
  'json6902',
  'basic',
  'components',
  'composition',
  'ordering',
  'vars',
  'name-prefix-suffix',
  'replicas',
  'validators',
  'inline-plugins',
];

const available = existsSync(CASES);
const describeCases = available ? describe : describe.skip;

describeCases('conformance cases (skipped where they are absent)', () => {
  const cases = available ? readCases(CASES) : [];
  const complete = cases.filter(({ category }) => COMPLETE.includes(category));

  it.each(complete.map(test => [test.category, test.name, test] as const))(
    '%s: %s',
    (_category, _name, test) => {
      expect(runCase(test)).toMatchObject({ passed: true });
    },
  );

  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(0);
  });
});
