import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { executeTemplate } from './executeTemplate';
import { MissingKey, TemplateSet } from './execute/TemplateSet';
import { TemplateError } from './TemplateError';
import { TemplateParser } from './TemplateParser';
import { decodeTagged } from './values/decodeTagged';

// Lies beside the repository and is not part of it.
const CASES = resolve(
  __dirname,
  '../../../../shared/conformance/helm/templates.jsonl',
);

interface Case {
  name: string;
  mode: string;
  template?: string;
  templates?: { Name: string; Text: string }[];
  data?: unknown;
  exec?: string;
  tname?: string;
  missingkey?: string;
  delims?: [string, string];
  expected?: string;
  /** Upstream's message, word for word. */
  error?: string;
}

/** The output, or the message of the error. */
function outcome(test: Case): string {
  const [left, right] = test.delims ?? [];
  const parser = new TemplateParser({ delimiters: { left, right } });
  const name = test.tname ?? 't';
  try {
    const set = new TemplateSet({
      name,
      missingKey: (test.missingkey?.replace('invalid', 'default') ||
        undefined) as MissingKey | undefined,
    });
    for (const { Name, Text } of test.templates ?? []) {
      set.add(parser.parse(Name, Text));
    }
    set.add(parser.parse(name, test.template ?? ''));
    return executeTemplate(set, test.exec || name, decodeTagged(test.data));
  } catch (error) {
    if (error instanceof TemplateError) {
      return error.message;
    }
    throw error;
  }
}

const available = existsSync(CASES);
const describeCases = available ? describe : describe.skip;

describeCases('conformance cases (skipped where they are absent)', () => {
  const cases = available
    ? readFileSync(CASES, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Case)
        .filter(({ mode }) => mode === 'go')
    : [];

  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(0);
  });

  // Slices have no capacity beyond their length here, so another index of
  // the two that are out of range is named.
  const other = /^go\/execTests\/(out of range|indexes > cap\(s\)#2)$/;

  it.each(
    cases
      .filter(({ name }) => !other.test(name))
      .map(test => [test.name, test] as const),
  )('%s', (_, test) => {
    expect(outcome(test)).toBe(test.expected ?? test.error);
  });

  it.each(
    cases
      .filter(({ name }) => other.test(name))
      .map(test => [test.name, test] as const),
  )('%s', (_, test) => {
    const place = /^.*index out of range: /.exec(test.error ?? '')?.[0];
    expect(outcome(test).startsWith(place!)).toBe(true);
  });
});
