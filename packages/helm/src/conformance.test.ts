import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCases } from '../conformance/cases';
import { runCase, RUNNERS } from '../conformance/runCase';
import { runCharts } from '../conformance/runCharts';
import { runStorage } from '../conformance/runStorage';
import { runTemplateCase } from '../conformance/runTemplates';

// Thousands of cases.
jest.setTimeout(120_000);

const HELM = resolve(__dirname, '../../../../shared/conformance/helm');
const present = existsSync(HELM);
const suite = present ? describe : describe.skip;

suite(`cases of Helm${present ? '' : ` (${HELM} is absent)`}`, () => {
  it.each([...RUNNERS])('%s: none fails', (file, runner) => {
    const results = readCases(resolve(HELM, file)).map(test =>
      runCase(file, runner, test),
    );
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(results.length).toBeGreaterThan(10);
  });

  it.each(['templates.jsonl', 'functions.jsonl'])('%s: none fails', file => {
    const results = readCases(resolve(HELM, file)).map(test =>
      runTemplateCase(file, test),
    );
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(results.length).toBeGreaterThan(500);
  });

  it('storage.jsonl: none fails', () => {
    const results = readCases(resolve(HELM, 'storage.jsonl')).map(test =>
      runCase('storage', runStorage, test),
    );
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(results.length).toBeGreaterThan(3);
  });

  it('charts: none fails', async () => {
    const failed = [];
    for await (const result of runCharts(resolve(HELM, 'charts'))) {
      if (result.status === 'failed') {
        failed.push(result);
      }
    }
    expect(failed).toEqual([]);
  });
});
