import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  executeTemplate,
  TemplateError,
  TemplateParser,
  TemplateSet,
} from '@backstage-gitops/go-template';
import { pathFunctions } from '../paths';
import { createRegexFunctions } from '../regex';
import { encodingFunctions } from './index';

// Lies beside the repository and is not part of it.
const CASES = resolve(
  __dirname,
  '../../../../../../shared/conformance/helm/functions.jsonl',
);

interface Case {
  name: string;
  function: string;
  template: string;
  data?: unknown;
  expected?: string;
  expectedError?: string;
}

const regexFunctions = createRegexFunctions();
const parser = new TemplateParser({
  functions: new Map([
    ...encodingFunctions,
    ...pathFunctions,
    ...regexFunctions,
  ]),
});
/** The output, or that there was an error when the template was executed. */
function outcome(test: Case): string {
  const set = new TemplateSet({ missingKey: 'zero' });
  try {
    set.add(parser.parse('t', test.template));
    return executeTemplate(set, 't', { Values: test.data });
  } catch (error) {
    if (error instanceof TemplateError && !/not defined/.test(error.message)) {
      return 'an error';
    }
    throw error;
  }
}

const available = existsSync(CASES);
const describeCases = available ? describe : describe.skip;

describeCases('conformance cases (skipped where they are absent)', () => {
  // Data with tags of Go types, and templates that need a chart or functions
  // of other folders, are for the conformance tests of rendering.
  const cases = (available ? readFileSync(CASES, 'utf8').trim() : '')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Case)
    .filter(
      test =>
        (encodingFunctions.has(test.function) ||
          pathFunctions.has(test.function) ||
          regexFunctions.has(test.function)) &&
        (test.expected ?? test.expectedError) !== undefined &&
        !/"\$[a-z0-9]+":/.test(JSON.stringify(test.data ?? {})) &&
        !/\b(dict|list|quote|fromYaml|fromJson|Chart|Capabilities)\b/.test(
          test.template,
        ),
    );

  it.each(cases.map(test => [test.name, test] as const))('%s', (_, test) => {
    expect(outcome(test)).toBe(test.expected ?? 'an error');
  });
});
