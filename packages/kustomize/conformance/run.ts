import { parseArgs } from 'node:util';
import { CaseResult, readCases, runCase, runTrees } from './runCases';

/*
 * Runs conformance cases and prints what passed, by category.
 *
 *   --cases FILE      a JSON lines file
 *   --trees FOLDER    a folder of trees
 *   --category A,B    only these categories
 *   --name TEXT       only cases whose name holds the text
 *   --failures        list what failed; --actual prints the output too
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    trees: { type: 'string' },
    category: { type: 'string' },
    name: { type: 'string' },
    failures: { type: 'boolean' },
    actual: { type: 'boolean' },
  },
});

function* results(): Generator<CaseResult> {
  if (values.cases) {
    const categories = values.category?.split(',');
    for (const test of readCases(values.cases)) {
      if (
        (!categories || categories.includes(test.category)) &&
        (!values.name || test.name.includes(values.name))
      ) {
        yield runCase(test);
      }
    }
  }
  if (values.trees) {
    yield* runTrees(values.trees);
  }
}

const counts = new Map<string, { passed: number; total: number }>();
for (const result of results()) {
  const count = counts.get(result.category) ?? { passed: 0, total: 0 };
  count.total++;
  count.passed += Number(result.passed);
  counts.set(result.category, count);
  if (!result.passed && values.failures) {
    console.log(`FAIL ${result.category} ${result.name}: ${result.reason}`);
    if (values.actual && result.actual !== undefined) {
      console.log(result.actual);
    }
  }
}
let passed = 0;
let total = 0;
for (const [category, count] of [...counts].sort()) {
  console.log(`${category}: ${count.passed}/${count.total}`);
  passed += count.passed;
  total += count.total;
}
console.log(`total: ${passed}/${total}`);
process.exitCode = passed === total ? 0 : 1;
