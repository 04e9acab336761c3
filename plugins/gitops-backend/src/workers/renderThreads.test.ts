import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { parseJson } from '@backstage-gitops/kubernetes-yaml';

jest.setTimeout(120_000);

// Jest's modules are not those of Node; only a process of its own has threads
// that load the worker entry by the name of the package.
describe('renderings in threads', () => {
  const steps = new Map<string, Record<string, unknown>>();
  let exitCode: number | null;

  beforeAll(async () => {
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        path.resolve(__dirname, '__testUtils__/renderProcess.ts'),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        // An option for the whole process would win over the threads' limits.
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    const exited = once(child, 'exit');
    for await (const line of readline.createInterface({
      input: child.stdout,
    })) {
      const { step, ...result } = parseJson(line) as Record<string, unknown>;
      steps.set(String(step), result);
    }
    [exitCode] = await exited;
  });

  it('give objects, hooks and notes', () => {
    expect(steps.get('ordinary')).toMatchObject({
      manifests: [
        { kind: 'ConfigMap', name: 'rel', path: 'web/templates/a.yaml' },
      ],
      hooks: [{ kind: 'Job', events: ['pre-install'] }],
      notes: 'Hello',
    });
    expect(
      (steps.get('ordinary')!.manifests as { content: string }[])[0].content,
    ).toContain('text: "x", size: "1e+06"');
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
      manifests: [{ content: 'a: found' }],
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

  it('end when their time is over, and the next goes on', () => {
    expect(steps.get('endless')).toEqual({
      error: {
        name: 'RenderTimeoutError',
        code: 'GITOPS_RENDER_TIMEOUT',
        message: expect.stringContaining('the rendering of rel took longer'),
        hint: expect.stringContaining('gitops.engine.workerTimeout'),
      },
    });
    expect(steps.get('after endless')).toEqual(steps.get('ordinary'));
  });

  it('let the process end', () => {
    expect(exitCode).toBe(0);
  });
});
