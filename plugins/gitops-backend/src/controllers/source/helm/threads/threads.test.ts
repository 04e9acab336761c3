import path from 'node:path';
import {
  ProcessResult,
  runProcess,
} from '../../../../workers/__testUtils__/runProcess';

jest.setTimeout(120_000);

describe('indexes and charts in threads', () => {
  let steps: ProcessResult['steps'];
  let exitCode: ProcessResult['exitCode'];

  beforeAll(async () => {
    ({ steps, exitCode } = await runProcess(
      path.resolve(__dirname, '__testUtils__/chartProcess.ts'),
    ));
  });

  it('come back in their stored form', () => {
    expect(steps.get('normalise')).toEqual({
      versions: 2_000,
      first: '1.0.1999',
    });
  });

  it('are read once, and found by range', () => {
    const found = { name: 'web', digest: 'ab'.repeat(32), opened: 1 };
    expect(steps.get('find')).toEqual({
      ...found,
      version: '1.0.999',
      urls: ['web-999.tgz'],
    });
    expect(steps.get('find again')).toEqual({
      ...found,
      version: '1.0.1999',
      urls: ['web-1999.tgz'],
    });
  });

  it('fail with codes', () => {
    const code = (step: string) =>
      (steps.get(step)!.error as { code: string }).code;
    expect(code('find none')).toBe('version-not-found');
    expect(code('no index')).toBe('invalid-index');
    expect(code('no chart')).toBe('invalid-archive');
    expect(code('missing values')).toBe('missing-values-file');
  });

  it('are packed', () => {
    expect(steps.get('inspect')).toEqual({
      name: 'web',
      version: '1.0.0',
      missing: [],
    });
    expect(steps.get('pack')).toEqual({
      name: 'web',
      version: '1.0.0+1',
      valuesFiles: ['values.yaml', 'prod.yaml'],
    });
  });

  it('end when their time is over', () => {
    expect(steps.get('late')).toMatchObject({
      error: {
        name: 'ChartWorkError',
        code: 'GITOPS_CHART_WORK',
        message: expect.stringMatching(
          /^reading the index took longer than 1ms/,
        ),
      },
    });
  });

  it('leave nothing behind', () => {
    expect(exitCode).toBe(0);
  });
});
