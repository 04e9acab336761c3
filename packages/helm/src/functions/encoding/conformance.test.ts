import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  executeTemplate,
  TemplateError,
  TemplateParser,
  TemplateSet,
} from '@backstage-gitops/go-template';
import { pathFunctions } from '../paths';
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

const parser = new TemplateParser({
  functions: new Map([...encodingFunctions, ...pathFunctions]),
});
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
          pathFunctions.has(test.function)) &&
        (test.expected ?? test.expectedError) !== undefined &&
        !/"\$[a-z0-9]+":/.test(JSON.stringify(test.data ?? {})) &&
        !/\b(dict|list|fromYaml|fromJson|Chart|Capabilities)\b/.test(
          test.template,
        ),
    );

  it.each(cases.map(test => [test.name, test] as const))('%s', (_, test) => {
    const set = new TemplateSet({ missingKey: 'zero' });
    const render = () => {
      set.add(parser.parse('t', test.template));
      return executeTemplate(set, 't', { Values: test.data });
    };
    if (test.expected === undefined) {
      expect(render).toThrow(TemplateError);
    } else {
      expect(render()).toBe(test.expected);
    }
  });
});
