import { configMaps, request } from './__testUtils__/manifests';
import { ProcessResult, runProcess } from './__testUtils__/runProcess';
import { ManifestBuilder } from './ManifestBuilder';

jest.setTimeout(120_000);

describe('builds in threads', () => {
  let steps: ProcessResult['steps'];
  let exitCode: ProcessResult['exitCode'];

  beforeAll(async () => {
    ({ steps, exitCode } = await runProcess('threadsProcess.ts'));
  });

  it('give what builds on the event loop give', async () => {
    const expected = await new ManifestBuilder({}).build({
      ...request(configMaps(2)),
      signal: new AbortController().signal,
    });
    expect(steps.get('build')).toEqual({
      count: 2,
      first: expected.objects[0],
      digest: expected.digest,
    });
    expect(expected.objects[0].serial).toBe(9007199254740993n);
  });

  it.each([
    ['yaml', { 'app/a.yaml': 'a: [' }, {}],
    [
      'kustomize',
      { 'app/kustomization.yaml': 'resources: [missing.yaml]' },
      {},
    ],
    ['components', configMaps(1), { components: ['/a'] }],
  ])('fail with the same words (%s)', async (step, texts, spec) => {
    const { error } = steps.get(step) as { error: Record<string, unknown> };
    expect(error.code).toEqual(expect.any(String));
    await expect(
      new ManifestBuilder({}).build({
        ...request(texts, spec),
        signal: new AbortController().signal,
      }),
    ).rejects.toMatchObject(error);
  });

  it('end with their claim, at work and waiting, and the next goes on', () => {
    const lost = { error: { name: 'Error', message: 'the claim is lost' } };
    expect(steps.get('aborted')).toEqual(lost);
    expect(steps.get('aborted waiting')).toEqual(lost);
    expect(steps.get('after abort')).toEqual(steps.get('build'));
  });

  it('end when their time is over', () => {
    const timeout = {
      error: {
        name: 'BuildTimeoutError',
        code: 'GITOPS_BUILD_TIMEOUT',
        message: expect.stringContaining('./app took longer than'),
        hint: expect.stringContaining('gitops.engine.workerTimeout'),
      },
    };
    expect(steps.get('timeout')).toEqual(timeout);
    expect(steps.get('timeout again')).toEqual(timeout);
  });

  it('end when they need too much memory, and what waits behind them goes on', () => {
    expect(steps.get('out of memory')).toEqual({
      error: {
        name: 'BuildOutOfMemoryError',
        code: 'GITOPS_BUILD_OUT_OF_MEMORY',
        message: expect.stringContaining('16 MiB'),
        hint: expect.stringContaining('gitops.engine.workerMemory'),
      },
    });
    expect(steps.get('after out of memory')).toEqual(steps.get('build'));
  });

  it('end with the engine, and let the process end', () => {
    const interrupted = {
      error: expect.objectContaining({ code: 'GITOPS_BUILD_INTERRUPTED' }),
    };
    expect(steps.get('closed')).toEqual(interrupted);
    expect(steps.get('after close')).toEqual(interrupted);
    expect(exitCode).toBe(0);
  });
});
