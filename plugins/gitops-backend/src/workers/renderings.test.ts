import { ProcessResult, runProcess } from './__testUtils__/runProcess';

jest.setTimeout(120_000);

describe('renderings in threads', () => {
  let steps: ProcessResult['steps'];
  let exitCode: ProcessResult['exitCode'];

  beforeAll(async () => {
    ({ steps, exitCode } = await runProcess('renderProcess.ts'));
  });

  it('give objects, hooks and notes', () => {
    expect(steps.get('ordinary')).toMatchObject({
      manifest: expect.stringContaining('# Source: web/templates/a.yaml'),
      hooks: [{ kind: 'Job', events: ['pre-install'] }],
      notes: 'Hello',
    });
    expect(steps.get('ordinary')!.manifest).toContain(
      'text: "x", size: "1e+06"',
    );
  });

  it('fail with the words of the chart', () => {
    expect(steps.get('refused')).toEqual({
      error: {
        name: 'RenderError',
        code: 'chart-refused',
        message: 'execution error at (web/templates/a.yaml:1:3): choose one',
        file: 'web/templates/a.yaml',
      },
    });
  });

  it('ask for what templates look up', () => {
    expect(steps.get('lookup')).toMatchObject({
      manifest: expect.stringContaining('a: found\n'),
    });
  });

  it('end where a template writes without end', () => {
    expect(steps.get('output without end')).toMatchObject({
      error: {
        code: expect.stringMatching(/^(limit|GITOPS_RENDER_OUT_OF_MEMORY)$/),
      },
    });
  });

  it('end with their claim, and the next goes on', () => {
    expect(steps.get('aborted')).toEqual({
      error: { name: 'Error', message: 'the claim is lost' },
    });
    expect(steps.get('after abort')).toEqual(steps.get('ordinary'));
  });

  it('end when their time is over, one after the other', () => {
    expect(steps.get('endless')).toEqual({
      error: {
        name: 'RenderTimeoutError',
        code: 'GITOPS_RENDER_TIMEOUT',
        message: expect.stringContaining('the rendering of rel took longer'),
        hint: expect.stringContaining('gitops.engine.workerTimeout'),
      },
    });
    expect(steps.get('endless again')).toEqual(steps.get('endless'));
  });

  it('let the process end', () => {
    expect(exitCode).toBe(0);
  });
});
